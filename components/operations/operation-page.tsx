'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useEffect } from 'react';
import { ConnectionLost, PageProblem } from '@/components/layout/page-state';
import { Loading, Skeleton } from '@/components/ui/skeleton';
import { installQueries, operationQueries, packQueries } from '@/lib/api-client';
import type { Operation } from '@/lib/contracts/operations';
import { OperationView } from './operation-view';
import { headline, isFinished } from './operation-words';

/** One operation at its own address: the same for everybody, before and after a reload or a restart of the server. */
export function OperationPage({ id }: { id: string }) {
	const router = useRouter();
	const client = useQueryClient();
	const { data, error, refetch } = useQuery(operationQueries.view(id));
	const state = data?.operation.state;
	const title = data ? headline(data.operation) : null;

	useEffect(() => {
		// Tabs in the background tell how it stands, too.
		if (title !== null) document.title = `${title} · Packyard`;
	}, [title]);

	useEffect(() => {
		if (state === undefined || !isFinished({ state })) return;
		// What other pages remember about this install is now out of date.
		void client.invalidateQueries({ queryKey: installQueries.all });
		void client.invalidateQueries({ queryKey: packQueries.all });
	}, [client, state]);

	if (!data && error) {
		return (
			<PageProblem
				title="Operation"
				list={{ label: 'Installs', href: '/installs' }}
				sentence="This operation could not be loaded."
				error={error}
				onRetry={() => void refetch()}
			/>
		);
	}
	if (!data) return <OperationSkeleton />;
	return (
		<>
			{error ? <ConnectionLost more="The operation goes on without this page." /> : null}
			<OperationView
				view={data}
				onStarted={(operation: Operation) => {
					// A retry may be the same row again; its earlier lines stay.
					const { queryKey } = operationQueries.view(operation.id);
					client.setQueryData(queryKey, (known) => ({ operation, lines: known?.lines ?? [] }));
					router.push(`/operations/${operation.id}`);
				}}
			/>
		</>
	);
}

function OperationSkeleton() {
	return (
		<Loading words="Loading the operation…">
			<Skeleton className="mb-3 h-5 w-40" />
			<Skeleton className="mb-2 h-8 w-2/3" />
			<Skeleton className="mb-6 h-5 w-64" />
			<Skeleton className="h-[26rem] w-full" />
		</Loading>
	);
}
