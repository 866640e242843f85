'use client';

import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { ProblemNote } from '@/components/layout/problem-note';
import { Note } from '@/components/ui/note';
import { PageHeader } from '@/components/ui/page-header';
import { Loading, Skeleton, SkeletonRows } from '@/components/ui/skeleton';
import { installQueries, packQueries } from '@/lib/api-client';
import type { PackDetail } from '@/lib/contracts/packs';
import { InstallForm } from './install-form';
import { VersionSelect } from './version-select';
import { chooseVersion, newestInstallable } from './version-words';

/** `asked` is the version of the address; without it the newest stable one. */
export function InstallPage({ slug, asked }: { slug: string; asked: string | null }) {
	const { data, error, refetch } = useQuery(packQueries.detail(slug));
	if (data) return <Install detail={data} asked={asked} />;
	return (
		<Frame slug={slug} name={slug}>
			{error ? (
				<ProblemNote title="This pack could not be loaded." error={error} onRetry={() => void refetch()} />
			) : (
				<FormLoading />
			)}
		</Frame>
	);
}

function Install({ detail, asked }: { detail: PackDetail; asked: string | null }) {
	const { pack, versions } = detail;
	const [wanted, setWanted] = useState(asked);
	const summary = chooseVersion(versions, wanted, newestInstallable(versions)?.version ?? pack.latestVersion);
	const version = useQuery({
		...packQueries.version(pack.slug, summary?.version ?? ''),
		enabled: summary !== null,
	});
	// Only for the suggested names; the page works without it.
	const installs = useQuery(installQueries.list());

	function choose(next: string) {
		setWanted(next);
		window.history.replaceState(null, '', `${window.location.pathname}?version=${encodeURIComponent(next)}`);
	}

	if (!summary) {
		return (
			<Frame slug={pack.slug} name={pack.name}>
				<Note title="No version of this pack is known yet.">Sync its source in Settings, then come back.</Note>
			</Frame>
		);
	}
	const select = <VersionSelect versions={versions} chosen={summary.version} onChoose={choose} />;
	return (
		<Frame slug={pack.slug} name={pack.name}>
			{version.error ? (
				<ProblemNote
					title={`Version ${summary.version} could not be loaded.`}
					error={version.error}
					onRetry={() => void version.refetch()}
				/>
			) : null}
			{!version.data && !version.error ? <FormLoading /> : null}
			{version.data && !installs.isPending ? (
				<InstallForm
					// Another version is another contract: start over; plain answers come back from the draft.
					key={summary.version}
					pack={pack}
					version={version.data}
					installs={installs.data?.installs ?? []}
					versionSelect={select}
				/>
			) : null}
		</Frame>
	);
}

function Frame({ slug, name, children }: { slug: string; name: string; children: ReactNode }) {
	return (
		<>
			<PageHeader
				title={`Install ${name}`}
				crumbs={[{ label: 'Packs', href: '/packs' }, { label: name, href: `/packs/${slug}` }, { label: 'Install' }]}
			/>
			{children}
		</>
	);
}

function FormLoading() {
	return (
		<Loading words="Loading the form…" className="grid gap-4">
			<Skeleton className="h-44" />
			<SkeletonRows rows={4} className="h-20" />
		</Loading>
	);
}
