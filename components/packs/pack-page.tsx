'use client';

import { useQuery } from '@tanstack/react-query';
import { Boxes } from 'lucide-react';
import type { ReactNode } from 'react';
import { ProblemNote } from '@/components/layout/problem-note';
import { TextLink } from '@/components/ui/app-link';
import { Badge } from '@/components/ui/badge';
import { ButtonLink } from '@/components/ui/button';
import { Note } from '@/components/ui/note';
import { PageHeader } from '@/components/ui/page-header';
import { RelativeTime } from '@/components/ui/relative-time';
import { Select } from '@/components/ui/select';
import { Loading, Skeleton, SkeletonRows } from '@/components/ui/skeleton';
import { type Tab, Tabs } from '@/components/ui/tabs';
import { packQueries } from '@/lib/api-client';
import type { PackDetail, PackSummary, VersionDetail, VersionSummary } from '@/lib/contracts/packs';
import { Artifacts } from './artifacts';
import { ContractTable } from './contract-table';
import { InstallAction } from './install-action';
import { MovedTagNote } from './moved-tag';
import { shapeWords } from './pack-filter';
import { PackTile } from './pack-tile';
import { Powers } from './powers';
import { Quality } from './quality';
import { useView } from './use-view';
import { VersionNotes } from './version-notes';
import { chooseVersion, qualityCount } from './version-words';
import { VersionsTable } from './versions-table';

const crumbs = [{ label: 'Packs', href: '/packs' }];

export function PackPage({ slug }: { slug: string }) {
	const { data, error, refetch } = useQuery(packQueries.detail(slug));
	if (data) return <Pack detail={data} />;
	if (error) {
		return (
			<>
				<PageHeader title={slug} crumbs={[...crumbs, { label: slug }]} />
				<ProblemNote title="This pack could not be loaded." error={error} onRetry={() => void refetch()} />
			</>
		);
	}
	return (
		<Loading words="Loading the pack…" className="grid gap-4">
			<Skeleton className="h-5 w-40" />
			<Skeleton className="h-14 w-80 max-w-full" />
			<Skeleton className="h-5 w-full max-w-lg" />
			<Skeleton className="mt-4 h-11" />
			<SkeletonRows rows={5} />
		</Loading>
	);
}

function Pack({ detail }: { detail: PackDetail }) {
	const { pack, versions, health } = detail;
	const [view, show] = useView();
	const chosen = chooseVersion(versions, view.version, pack.latestVersion);
	return (
		<>
			<PageHeader
				title={
					<span className="flex items-center gap-4">
						<PackTile name={pack.name} large />
						{pack.name}
					</span>
				}
				crumbs={[...crumbs, { label: pack.name }]}
				description={<PackFacts pack={pack} />}
				actions={<InstallAction pack={pack} version={chosen} versions={versions} />}
			/>
			<div className="grid gap-5">
				<p className="max-w-prose">{pack.description || 'The publisher gave no description.'}</p>
				{pack.installs.length > 0 ? <Installs pack={pack} versions={versions} chosen={chosen} /> : null}
				{health.state === 'stale' ? (
					<Note tone="warning" title="The source of this pack cannot be read." next={health.hint}>
						What you see is from the last good sync
						{health.lastGoodSyncAt ? (
							<>
								, <RelativeTime at={health.lastGoodSyncAt} />
							</>
						) : null}
						. {health.problem}
					</Note>
				) : null}
				{chosen ? <VersionWarnings slug={pack.slug} version={chosen} /> : null}
				<Tabs
					label={`About ${pack.name}`}
					selected={view.tab}
					onSelect={(tab) => show({ tab })}
					tabs={tabsOf({ pack, versions, chosen, onChoose: (version) => show({ version }) })}
				/>
			</div>
		</>
	);
}

type TabsInput = {
	pack: PackSummary;
	versions: VersionSummary[];
	chosen: VersionSummary | null;
	onChoose: (version: string) => void;
};

function tabsOf({ pack, versions, chosen, onChoose }: TabsInput): Tab[] {
	const table = <VersionsTable pack={pack} versions={versions} chosen={chosen?.version ?? null} onChoose={onChoose} />;
	if (!chosen) return [{ id: 'versions', label: 'Versions', content: table }];
	const about = (content: (version: VersionDetail) => ReactNode) => (
		<div className="grid gap-4">
			<VersionPicker versions={versions} chosen={chosen.version} onChoose={onChoose} />
			<AboutVersion slug={pack.slug} version={chosen.version}>
				{content}
			</AboutVersion>
		</div>
	);
	return [
		{ id: 'versions', label: 'Versions', content: table },
		{ id: 'notes', label: 'Notes', content: about((version) => <VersionNotes version={version} />) },
		{ id: 'powers', label: 'What it may do', content: about((version) => <Powers version={version} />) },
		{ id: 'contract', label: 'Configuration', content: about((version) => <ContractTable version={version} />) },
		{
			id: 'quality',
			label: <QualityLabel slug={pack.slug} version={chosen.version} />,
			content: about((version) => <Quality version={version} />),
		},
		{ id: 'artifacts', label: 'Artifacts', content: about((version) => <Artifacts version={version} />) },
	];
}

type VersionPickerProps = { versions: readonly VersionSummary[]; chosen: string; onChoose: (version: string) => void };

function VersionPicker({ versions, chosen, onChoose }: VersionPickerProps) {
	return (
		<div className="flex items-center gap-3 text-sm text-muted">
			<span aria-hidden>Version</span>
			<Select aria-label="Version" className="w-48" value={chosen} onChange={(event) => onChoose(event.target.value)}>
				{versions.map(({ version }) => (
					<option key={version} value={version}>
						{version}
					</option>
				))}
			</Select>
		</div>
	);
}

type AboutVersionProps = { slug: string; version: string; children: (version: VersionDetail) => ReactNode };

function AboutVersion({ slug, version, children }: AboutVersionProps) {
	const { data, error, refetch } = useQuery(packQueries.version(slug, version));
	if (data) return children(data);
	if (error) {
		return (
			<ProblemNote title={`Version ${version} could not be loaded.`} error={error} onRetry={() => void refetch()} />
		);
	}
	return (
		<Loading words={`Loading version ${version}…`}>
			<SkeletonRows rows={4} />
		</Loading>
	);
}

function QualityLabel({ slug, version }: { slug: string; version: string }) {
	const { data } = useQuery(packQueries.version(slug, version));
	const count = data ? qualityCount(data) : 0;
	return (
		<>
			Contract quality
			{count > 0 ? <Badge tone={data?.blockers.length ? 'danger' : 'neutral'}>{count}</Badge> : null}
		</>
	);
}

function PackFacts({ pack }: { pack: PackSummary }) {
	const facts = [
		pack.author ? `by ${pack.author}` : null,
		`from ${pack.sourceName}`,
		shapeWords[pack.shape],
		pack.needsSecrets ? 'needs secrets' : null,
	];
	return <>{facts.filter(Boolean).join(' · ')}</>;
}

type InstallsProps = { pack: PackSummary; versions: readonly VersionSummary[]; chosen: VersionSummary | null };

/** Where it runs already, and the way to the chosen version from there. */
function Installs({ pack, versions, chosen }: InstallsProps) {
	const rank = (wanted: string) => versions.findIndex(({ version }) => version === wanted);
	return (
		<ul className="flex flex-wrap gap-x-6 gap-y-2">
			{pack.installs.map((install) => (
				<li key={install.id} className="flex flex-wrap items-center gap-2">
					<ButtonLink href={`/installs/${install.id}`} size="small" icon={<Boxes aria-hidden />}>
						{install.version} in {install.namespace}
					</ButtonLink>
					{chosen?.installable && rank(chosen.version) < rank(install.version) ? (
						<ButtonLink
							href={`/installs/${install.id}/upgrade?version=${encodeURIComponent(chosen.version)}`}
							size="small"
							variant="primary"
						>
							Upgrade {install.version} → {chosen.version}
						</ButtonLink>
					) : null}
				</li>
			))}
		</ul>
	);
}

function VersionWarnings({ slug, version }: { slug: string; version: VersionSummary }) {
	return (
		<>
			{version.installable || version.reasons.length < 2 ? null : (
				<Note tone="warning" title={`Version ${version.version} cannot be installed.`}>
					<ul className="grid gap-1">
						{version.reasons.map((reason) => (
							<li key={reason}>{reason}</li>
						))}
					</ul>
				</Note>
			)}
			{version.tagMoved ? <MovedTagNote key={version.version} slug={slug} version={version.version} /> : null}
			{version.deprecations.map((sentence) => (
				<Note key={sentence} tone="warning" title={sentence} />
			))}
			{version.vanished ? (
				<Note tone="warning" title={`The registry no longer lists ${version.version}.`}>
					What was known of it is kept. <TextLink href="/installs">Installs</TextLink> that run it are not affected.
				</Note>
			) : null}
		</>
	);
}
