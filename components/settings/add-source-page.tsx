'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { PageHeader } from '@/components/ui/page-header';
import { packQueries, sourceQueries } from '@/lib/api-client';
import { emptyDraft } from './source-draft';
import { SourceForm } from './source-form';

export function AddSourcePage() {
	const client = useQueryClient();
	const router = useRouter();
	return (
		<>
			<PageHeader
				title="Add a source"
				crumbs={[{ label: 'Settings', href: '/settings' }, { label: 'Add a source' }]}
				description="A place where packs are published. It is only ever read."
			/>
			<SourceForm
				initial={emptyDraft}
				stored={null}
				cancelHref="/settings"
				onSaved={(source) => {
					client.setQueryData(sourceQueries.detail(source.id).queryKey, source);
					void client.invalidateQueries({ queryKey: sourceQueries.list().queryKey });
					void client.invalidateQueries({ queryKey: packQueries.all });
					router.push(`/settings/sources/${source.id}`);
				}}
			/>
		</>
	);
}
