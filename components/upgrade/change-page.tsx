'use client';

import { useQuery } from '@tanstack/react-query';
import { useSearchParams } from 'next/navigation';
import { useMemo } from 'react';
import { ProblemNote } from '@/components/layout/problem-note';
import { ButtonLink } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/empty-state';
import { Loading, Skeleton } from '@/components/ui/skeleton';
import { packQueries } from '@/lib/api-client';
import type { InstallDetail } from '@/lib/contracts/installs';
import type { ChangeTarget } from './change-draft';
import { ChangeForm } from './change-form';
import { ChangeFrame } from './change-frame';

/** Upgrade (or, to an older version, downgrade) of an install to the version in the address. */
export function UpgradePage({ id }: { id: string }) {
	const search = useSearchParams();
	const asked = search.get('version');
	const adopt = search.get('adopt') === 'true';
	const suffix = asked === null ? '' : adopt ? `to the new bytes of ${asked}` : `to ${asked}`;
	return (
		<ChangeFrame id={id} verb="Upgrade" suffix={suffix} takesRemoved>
			{(detail) => {
				const version = asked ?? detail.install.updateAvailable;
				return version === null ? (
					<NothingNewer detail={detail} />
				) : (
					<Change detail={detail} kind="upgrade" version={version} adopt={adopt} />
				);
			}}
		</ChangeFrame>
	);
}

/** New answers for the version that runs; after a failed install, for the version that was wanted. */
export function ConfigurePage({ id }: { id: string }) {
	return (
		<ChangeFrame id={id} verb="Configure">
			{(detail) => {
				const { runningVersion, desiredVersion } = detail.install.status;
				const version = runningVersion ?? desiredVersion;
				return version === null ? (
					<NothingNewer detail={detail} />
				) : (
					<Change detail={detail} kind="configure" version={version} />
				);
			}}
		</ChangeFrame>
	);
}

type ChangeProps = { detail: InstallDetail; kind: ChangeTarget['kind']; version: string; adopt?: boolean };

function Change({ detail, kind, version, adopt = false }: ChangeProps) {
	const { id: installId, slug } = detail.install;
	const found = useQuery(packQueries.version(slug, version));
	const target = useMemo(() => ({ kind, installId, version, adopt }), [kind, installId, version, adopt]);
	if (found.error && !found.data) {
		return (
			<ProblemNote
				title={`Version ${version} could not be loaded.`}
				error={found.error}
				onRetry={() => void found.refetch()}
				actions={
					<ButtonLink size="small" href={`/packs/${slug}`}>
						All versions
					</ButtonLink>
				}
			/>
		);
	}
	if (!found.data) {
		return (
			<Loading words={`Loading version ${version}…`} className="grid gap-5">
				<Skeleton className="h-40 w-full" />
				<Skeleton className="h-64 w-full" />
			</Loading>
		);
	}
	// Another version is another form: nothing typed for one may slip into the other.
	return <ChangeForm key={`${kind} ${version} ${adopt}`} detail={detail} version={found.data} target={target} />;
}

function NothingNewer({ detail: { install } }: { detail: InstallDetail }) {
	return (
		<EmptyState
			title="No newer version is known"
			actions={<ButtonLink href={`/packs/${install.slug}`}>Look at all versions</ButtonLink>}
		>
			{install.status.runningVersion ? `${install.status.runningVersion} runs now.` : 'Nothing runs now.'}
		</EmptyState>
	);
}
