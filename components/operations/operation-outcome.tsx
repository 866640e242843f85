'use client';

import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { ProblemNote } from '@/components/layout/problem-note';
import { usePermission } from '@/components/layout/use-permission';
import { Button, ButtonLink } from '@/components/ui/button';
import { Checkbox } from '@/components/ui/checkbox';
import { Note } from '@/components/ui/note';
import { api } from '@/lib/api-client';
import { isLeftAsItIs, type Operation, type OperationKind } from '@/lib/contracts/operations';
import { useRequestId } from './use-request-id';

type OutcomeProps = { operation: Operation; onStarted: (operation: Operation) => void };

/** How an operation ended, and what can be done now. Nothing while it still runs. */
export function OperationOutcome({ operation, onStarted }: OutcomeProps) {
	if (operation.state === 'succeeded') return <Succeeded operation={operation} />;
	if (operation.state === 'failed') return <Failed operation={operation} onStarted={onStarted} />;
	if (operation.state === 'cancelled') return <Cancelled operation={operation} onStarted={onStarted} />;
	return null;
}

function Succeeded({ operation }: { operation: Operation }) {
	const removed = operation.kind === 'uninstall';
	return (
		<Note
			tone="success"
			title={
				removed
					? `${operation.packName} is removed from ${operation.namespace}.`
					: `${operation.packName}${operation.toVersion ? ` ${operation.toVersion}` : ''} is running in ${operation.namespace}.`
			}
			actions={
				<>
					<ButtonLink variant="primary" href={`/installs/${operation.installId}`}>
						{removed ? 'See what is left' : `Open ${operation.packName}`}
					</ButtonLink>
					<ButtonLink href="/installs">All installs</ButtonLink>
				</>
			}
		/>
	);
}

function Failed({ operation, onStarted }: OutcomeProps) {
	const { failure } = operation;
	const step = operation.steps.find((each) => each.name === failure?.step);
	return (
		<Note
			tone="danger"
			title={failure?.message ?? 'The operation failed without naming a cause.'}
			next={failure?.hint}
			technical={failure?.technical}
			actions={<Remedies operation={operation} onStarted={onStarted} />}
		>
			{step ? <p>Failed at the step “{step.title}”.</p> : null}
			<p>{whatRunsNow(operation)}</p>
		</Note>
	);
}

function Cancelled({ operation, onStarted }: OutcomeProps) {
	const by = operation.cancelRequestedBy;
	return (
		<Note
			tone="warning"
			title={by ? `Cancelled by ${by.name}.` : 'Cancelled.'}
			technical={operation.failure?.technical}
			actions={<Remedies operation={operation} onStarted={onStarted} />}
		>
			<p>{whatRunsNow(operation)}</p>
		</Note>
	);
}

/** Retry, edit, or clear away: the ways on after a failure. */
function Remedies({ operation, onStarted }: OutcomeProps) {
	const requestId = useRequestId();
	const denied = usePermission('installs:write', 'retry operations');
	const [skipHooks, setSkipHooks] = useState(false);
	const hookStopped = operation.kind === 'uninstall' && operation.failure?.code === 'hook_failed';
	const retry = useMutation({
		mutationFn: () => {
			const body = { kind: 'retry', reason: null, ...(skipHooks ? { skipHooks } : {}) } as const;
			return api.installs.requestOperation(operation.installId, { requestId: requestId.idFor(body), ...body });
		},
		onSuccess: onStarted,
	});
	const edit = editHref[operation.kind](operation);
	return (
		<div className="grid gap-3">
			{hookStopped ? (
				<Checkbox
					label="Remove without running the hooks of the chart"
					description="Whatever the hook was to do before the removal (a last backup, signing off somewhere) is not done. The audit says that it was skipped."
					disabled={denied !== null}
					checked={skipHooks}
					onChange={(event) => setSkipHooks(event.target.checked)}
				/>
			) : null}
			<div className="flex flex-wrap gap-2">
				<Button
					variant={skipHooks ? 'danger' : 'primary'}
					busy={retry.isPending ? 'Starting again…' : null}
					disabledReason={denied}
					onClick={() => retry.mutate()}
				>
					{skipHooks ? 'Remove without hooks' : 'Retry'}
				</Button>
				{edit ? <ButtonLink href={edit}>Edit and retry</ButtonLink> : null}
				{isLeftAsItIs(operation) && operation.fromVersion !== null ? (
					<ButtonLink href={`/installs/${operation.installId}/rollback`}>
						Roll back to {operation.fromVersion}
					</ButtonLink>
				) : null}
				{operation.kind === 'install' ? (
					<ButtonLink href={`/installs/${operation.installId}/remove`}>Remove</ButtonLink>
				) : (
					<ButtonLink href={`/installs/${operation.installId}`}>Open {operation.packName}</ButtonLink>
				)}
			</div>
			{retry.error ? <ProblemNote title="The operation could not be started again." error={retry.error} /> : null}
		</div>
	);
}

const editHref = {
	install: ({ installId }) => `/installs/${installId}/configure`,
	upgrade: changeHref,
	downgrade: changeHref,
	configure: ({ installId }) => `/installs/${installId}/configure`,
	rollback: () => null,
	uninstall: () => null,
	recover: () => null,
} satisfies Record<OperationKind, (operation: Operation) => string | null>;

function changeHref({ installId, toVersion }: Operation): string | null {
	return toVersion === null ? null : `/installs/${installId}/upgrade?version=${encodeURIComponent(toVersion)}`;
}

/** The second of the two facts: not only what failed, but what is there now. */
function whatRunsNow(operation: Operation): string {
	const { returned, fromVersion, kind, namespace, packName } = operation;
	if (returned) {
		return returned.ok
			? `Packyard returned to ${returned.version}, which is running.`
			: `Packyard tried to return to ${returned.version}, and that failed too. Look at the install before doing more.`;
	}
	const left = operation.steps.find(({ name, state }) => name === 'return' && state === 'skipped');
	if (left?.detail) return `${packName} was on ${fromVersion} before. ${left.detail}`;
	if (kind === 'install') return `Nothing of ${packName} is running in ${namespace}.`;
	if (kind === 'uninstall')
		return `Parts of ${packName} may still be in ${namespace}. Retry continues where it stopped.`;
	return fromVersion === null
		? 'Look at the install to see what runs now.'
		: `${packName} was on ${fromVersion} before. Look at the install to see what runs now.`;
}
