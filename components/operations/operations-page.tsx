'use client';

import { PageHeader } from '@/components/ui/page-header';
import { OperationList } from './operation-list';

/** Everything that was done lately, on all installs. */
export function OperationsPage() {
	return (
		<>
			<PageHeader title="Operations" description="What was asked for lately, by whom, and how it ended." />
			<OperationList filter={{ limit: 100 }} />
		</>
	);
}
