'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { ProblemNote } from '@/components/layout/problem-note';
import { usePermission } from '@/components/layout/use-permission';
import { Note } from '@/components/ui/note';
import { PageHeader } from '@/components/ui/page-header';
import { Loading, SkeletonRows } from '@/components/ui/skeleton';
import { policyQueries } from '@/lib/api-client';
import type { Policy } from '@/lib/contracts/policy';
import type { AskedException } from './policy-allow';
import { PolicyExceptions } from './policy-exceptions';
import { PolicyForm } from './policy-form';
import { SettingsNav } from './settings-nav';

/** What packs may gain, and who decided so. */
export function PolicyPage({ asked }: { asked: AskedException | null }) {
	return (
		<>
			<PageHeader title="Settings" description="What packs may do in your cluster, and who has a say in it." />
			<SettingsNav />
			<Content asked={asked} />
		</>
	);
}

function Content({ asked }: { asked: AskedException | null }) {
	const client = useQueryClient();
	const { data, error, refetch } = useQuery(policyQueries.get());
	const denied = usePermission('settings:write', 'change the policy');
	if (!data && error) {
		return <ProblemNote title="The policy could not be loaded." error={error} onRetry={() => void refetch()} />;
	}
	if (!data) {
		return (
			<Loading words="Loading the policy…">
				<SkeletonRows rows={8} className="h-16" />
			</Loading>
		);
	}
	const keep = (policy: Policy) => client.setQueryData(policyQueries.get().queryKey, policy);
	return (
		<div className="grid gap-4">
			{denied ? (
				<Note title="You can read the policy, and an owner changes it.">
					{denied.text}
					{asked ? ' Send them the address of this page: it says which pack needs what.' : ''}
				</Note>
			) : null}
			<PolicyForm policy={data} readOnly={denied !== null} onSaved={keep} onReload={() => void refetch()} />
			<PolicyExceptions policy={data} asked={asked} readOnly={denied !== null} onChanged={keep} />
		</div>
	);
}
