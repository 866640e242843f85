'use client';

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ProblemNote } from '@/components/layout/problem-note';
import { usePermission } from '@/components/layout/use-permission';
import { Button, ButtonLink } from '@/components/ui/button';
import { Card, CardBody, CardHeader } from '@/components/ui/card';
import { Checkbox } from '@/components/ui/checkbox';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Loading, Skeleton } from '@/components/ui/skeleton';
import { ApiError, installQueries } from '@/lib/api-client';
import type { Plan } from '@/lib/contracts/plans';
import { ChangeFrame } from './change-frame';
import { Refusal } from './refusal';
import { RemovalLists } from './removal-lists';
import { useSubmit } from './use-submit';

/** Removing an install: what goes, what stays, what would be left alone, and the choice about secrets and data. */
export function RemovePage({ id }: { id: string }) {
	return (
		<ChangeFrame id={id} verb="Remove">
			{(detail) => <Remove id={id} release={detail.install.release} packName={detail.install.packName} />}
		</ChangeFrame>
	);
}

function Remove({ id, release, packName }: { id: string; release: string; packName: string }) {
	const plan = useQuery(installQueries.plan({ kind: 'uninstall', installId: id }));
	if (plan.error) {
		return (
			<ProblemNote
				title="What a removal would do could not be computed."
				error={plan.error}
				onRetry={() => void plan.refetch()}
			/>
		);
	}
	if (!plan.data) {
		return (
			<Loading words="Looking at what a removal would delete and keep…" className="grid gap-5">
				<Skeleton className="h-48 w-full" />
				<Skeleton className="h-40 w-full" />
			</Loading>
		);
	}
	const { data, refetch } = plan;
	return <RemoveForm {...{ id, release, packName }} plan={data} onMoved={() => void refetch()} />;
}

type RemoveFormProps = { id: string; release: string; packName: string; plan: Plan; onMoved: () => void };

function RemoveForm({ id, release, packName, plan, onMoved }: RemoveFormProps) {
	const [removeSecrets, setRemoveSecrets] = useState(false);
	const [removeVolumes, setRemoveVolumes] = useState(false);
	const [confirm, setConfirm] = useState('');
	const [reason, setReason] = useState('');
	const denied = usePermission('installs:write', 'remove installs');
	const submit = useSubmit(id, {
		onRefused: (error) => {
			if (error instanceof ApiError && error.problem.code === 'plan_moved') onMoved();
		},
	});
	const [blocked] = plan.blocked;
	const unconfirmed = confirm === release ? null : { text: `Type ${release} to confirm.` };
	const volumes = plan.removal?.volumes ?? [];
	return (
		<form
			className="grid gap-5"
			onSubmit={(event) => {
				event.preventDefault();
				if (denied || blocked || unconfirmed || submit.isPending) return;
				submit.mutate((requestId) => ({
					kind: 'uninstall',
					requestId,
					planHash: plan.hash,
					removeSecrets,
					removeVolumes,
					confirm,
					reason: reason.trim() === '' ? null : reason.trim(),
				}));
			}}
		>
			<RemovalLists plan={plan} removeSecrets={removeSecrets} removeVolumes={removeVolumes} />
			<Card>
				<CardHeader title="What happens to secrets and data" />
				<CardBody className="grid gap-4">
					<Checkbox
						label="Delete the configuration and secrets of all revisions"
						description="Left alone, they stay in the cluster, so that a later install could use them again."
						checked={removeSecrets}
						onChange={(event) => setRemoveSecrets(event.target.checked)}
					/>
					<Checkbox
						label="Delete the volumes with their data"
						description={
							volumes.length === 0
								? 'This install has no volumes.'
								: 'Left alone, they stay in the cluster. Deleted data cannot be brought back by Packyard.'
						}
						disabled={volumes.length === 0}
						checked={removeVolumes}
						onChange={(event) => setRemoveVolumes(event.target.checked)}
					/>
				</CardBody>
			</Card>
			<Card>
				<CardHeader title="Confirm" description={plan.wayBack} />
				<CardBody className="grid gap-4">
					<Field
						label={
							<>
								Type <code>{release}</code> to confirm
							</>
						}
						className="max-w-sm"
					>
						{(control) => (
							<Input
								{...control}
								autoComplete="off"
								spellCheck={false}
								value={confirm}
								onChange={(event) => setConfirm(event.target.value)}
							/>
						)}
					</Field>
					<Field label="Reason" aside="optional" className="max-w-lg">
						{(control) => (
							<Input {...control} maxLength={500} value={reason} onChange={(event) => setReason(event.target.value)} />
						)}
					</Field>
					{submit.error ? <Refusal error={submit.error} /> : null}
					<div className="flex flex-wrap items-center gap-3">
						<Button
							type="submit"
							variant="danger"
							busy={submit.isPending ? 'Starting the removal…' : null}
							disabledReason={
								denied ??
								(blocked
									? { text: blocked.reason, href: blocked.href, linkText: blocked.remedy ?? undefined }
									: unconfirmed)
							}
						>
							Remove {packName}
						</Button>
						<ButtonLink variant="quiet" href={`/installs/${id}`}>
							Keep it
						</ButtonLink>
					</div>
				</CardBody>
			</Card>
		</form>
	);
}
