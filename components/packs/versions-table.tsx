'use client';

import { useQuery } from '@tanstack/react-query';
import { TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { Badge } from '@/components/ui/badge';
import { Card, CardHeader } from '@/components/ui/card';
import { cx } from '@/components/ui/cx';
import { RelativeTime } from '@/components/ui/relative-time';
import { Switch } from '@/components/ui/switch';
import { Table, Td, Th, Tr } from '@/components/ui/table';
import { installQueries } from '@/lib/api-client';
import type { PackSummary, VersionSummary } from '@/lib/contracts/packs';
import { badgeTones, listedVersions, type OwnBadge, ownBadges } from './version-words';

type VersionsTableProps = {
	pack: PackSummary;
	versions: readonly VersionSummary[];
	chosen: string | null;
	onChoose: (version: string) => void;
};

export function VersionsTable({ pack, versions, chosen, onChoose }: VersionsTableProps) {
	const [prereleases, setPrereleases] = useState(false);
	const listed = listedVersions(versions, { prereleases, chosen });
	const hidden = versions.filter(({ prerelease }) => prerelease).length;
	const running = new Set(pack.installs.map(({ version }) => version));
	const { data: matrix } = useQuery({ ...installQueries.matrix(), enabled: pack.installs.length > 0 });
	return (
		<Card>
			<CardHeader
				title={versions.length === 1 ? '1 version' : `${versions.length} versions`}
				description={
					pack.installs.length === 0
						? 'The badge says what changes in the configuration against the version before.'
						: 'The badge says what changes in the configuration against what is installed; of other versions, against the version before.'
				}
				actions={
					hidden > 0 && hidden < versions.length ? (
						<Switch
							label={hidden === 1 ? 'Show 1 prerelease' : `Show ${hidden} prereleases`}
							checked={prereleases}
							onChange={(event) => setPrereleases(event.target.checked)}
						/>
					) : null
				}
			/>
			<Table caption="Versions, newest first">
				<thead>
					<tr>
						<Th>Version</Th>
						<Th>Configuration</Th>
						<Th>Published</Th>
						<Th>State</Th>
					</tr>
				</thead>
				<tbody>
					{listed.map((version) => (
						<Tr key={version.version} className={cx(version.version === chosen && 'bg-raised/60')}>
							<Td className="whitespace-nowrap">
								<button
									type="button"
									aria-pressed={version.version === chosen}
									onClick={() => onChoose(version.version)}
									className="rounded font-mono text-copper-text underline decoration-copper/40 underline-offset-4 hover:decoration-copper"
								>
									{version.version}
								</button>
								{version.prerelease ? <span className="ml-2 text-xs text-muted">prerelease</span> : null}
							</Td>
							<Td>
								<Contract version={version} own={matrix ? ownBadges(matrix, pack.id, version.version) : []} />
							</Td>
							<Td className="whitespace-nowrap text-muted">
								{version.publishedAt ? <RelativeTime at={version.publishedAt} /> : 'unknown'}
							</Td>
							<Td className="min-w-52">
								<VersionState
									version={version}
									running={running.has(version.version)}
									chosen={version.version === chosen}
								/>
							</Td>
						</Tr>
					))}
				</tbody>
			</Table>
		</Card>
	);
}

/** For who has the pack, the way from what runs is what counts; one small step of it says too little. */
function Contract({ version, own }: { version: VersionSummary; own: readonly OwnBadge[] }) {
	if (own.length === 0) return <Badge tone={badgeTones[version.badge.tone]}>{version.badge.text}</Badge>;
	return (
		<ul className="grid gap-1.5">
			{own.map(({ from, badge, installs }) => (
				<li key={`${from} ${badge.text}`} className="flex flex-wrap items-center gap-x-2 gap-y-1">
					<Badge tone={badgeTones[badge.tone]}>{badge.text}</Badge>
					<span className="text-xs text-muted">
						from {from}
						{own.length > 1 ? `, ${installs.length > 1 ? `${installs.length} installs` : installs[0]}` : ''}
					</span>
				</li>
			))}
		</ul>
	);
}

type VersionStateProps = { version: VersionSummary; running: boolean; chosen: boolean };

function VersionState({ version, running, chosen }: VersionStateProps) {
	return (
		<div className="grid gap-1.5">
			<span className="flex flex-wrap gap-1.5">
				{running ? <Badge tone="success">Installed</Badge> : null}
				{version.installable ? (
					running ? null : (
						<span className="text-muted">Can be installed</span>
					)
				) : (
					<span className="text-warning">Cannot be installed</span>
				)}
			</span>
			{/* The chosen version's reasons stand next to the button above. */}
			{(chosen ? [] : version.reasons).map((reason) => (
				<span key={reason} className="text-muted">
					{reason}
				</span>
			))}
			{version.tagMoved ? (
				<span className="flex items-start gap-1.5 text-danger">
					<TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
					The tag now points to other bytes than first seen.
				</span>
			) : null}
			{version.deprecations.map((sentence) => (
				<span key={sentence} className="text-warning">
					{sentence}
				</span>
			))}
			{version.vanished ? <span className="text-warning">The registry no longer lists it.</span> : null}
		</div>
	);
}
