'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { ProblemNote } from '@/components/layout/problem-note';
import { ButtonLink } from '@/components/ui/button';
import { Note } from '@/components/ui/note';
import { PageHeader } from '@/components/ui/page-header';
import { Loading, Skeleton } from '@/components/ui/skeleton';
import { packQueries, sourceQueries } from '@/lib/api-client';
import type { SourceDetail } from '@/lib/contracts/sources';
import { draftOf } from './source-draft';
import { SourceForm } from './source-form';

export function EditSourcePage({ id }: { id: string }) {
	const { data, error, refetch } = useQuery(sourceQueries.detail(id));
	if (!data && error) {
		return (
			<>
				<PageHeader title="Edit source" crumbs={[{ label: 'Settings', href: '/settings' }, { label: 'Edit' }]} />
				<ProblemNote title="This source could not be loaded." error={error} onRetry={() => void refetch()} />
			</>
		);
	}
	if (!data) {
		return (
			<Loading words="Loading the source…" className="max-w-3xl">
				<Skeleton className="mb-3 h-5 w-40" />
				<Skeleton className="mb-6 h-8 w-56" />
				<Skeleton className="mb-5 h-96 w-full" />
				<Skeleton className="h-40 w-full" />
			</Loading>
		);
	}
	return (
		<>
			<PageHeader
				title={`Edit ${data.name}`}
				crumbs={[
					{ label: 'Settings', href: '/settings' },
					{ label: data.name, href: `/settings/sources/${id}` },
					{ label: 'Edit' },
				]}
			/>
			<EditForm loaded={data} />
		</>
	);
}

function EditForm({ loaded }: { loaded: SourceDetail }) {
	const client = useQueryClient();
	const router = useRouter();
	// What the form began with; a refresh in the background must not move the ground under it.
	const [source] = useState(loaded);
	const address = `/settings/sources/${source.id}` as const;
	const draft = draftOf(source);
	if (source.readOnlyReason !== null || draft === null) {
		return (
			<Note
				title="This source cannot be edited here."
				actions={
					<ButtonLink size="small" href={address}>
						Back to the source
					</ButtonLink>
				}
			>
				{source.readOnlyReason ?? 'It was brought in as a file. Import a newer bundle instead.'}
			</Note>
		);
	}
	return (
		<SourceForm
			initial={draft}
			stored={source}
			cancelHref={address}
			onSaved={(saved) => {
				client.setQueryData(sourceQueries.detail(saved.id).queryKey, saved);
				void client.invalidateQueries({ queryKey: sourceQueries.list().queryKey });
				void client.invalidateQueries({ queryKey: packQueries.all });
				router.push(address);
			}}
		/>
	);
}
