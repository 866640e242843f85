'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ProblemNote } from '@/components/layout/problem-note';
import { usePermission } from '@/components/layout/use-permission';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { api, operationQueries } from '@/lib/api-client';
import { cancelRefusal, type Operation, type OperationKind } from '@/lib/contracts/operations';

// What a person wants to know before stopping something half-way: what will be left.
const consequence = {
	install: 'What was already created in the cluster stays until you retry or remove this install.',
	upgrade: 'The version that ran before is put back where the cluster was already changed.',
	downgrade: 'The version that ran before is put back where the cluster was already changed.',
	configure: 'The configuration that ran before is put back where the cluster was already changed.',
	rollback: 'The release may be left between two states. You can retry the rollback at any time.',
	uninstall: 'What is already deleted stays deleted. You can retry the removal at any time.',
	recover: 'The release stays as it is now. You can retry the recovery at any time.',
} satisfies Record<OperationKind, string>;

/** The button that asks once, then asks the worker to stop at the next safe point. */
export function CancelOperation({ operation }: { operation: Operation }) {
	const [asking, setAsking] = useState(false);
	const client = useQueryClient();
	const denied = usePermission('installs:write', 'cancel operations');
	const refusal = cancelRefusal(operation);
	const cancel = useMutation({
		mutationFn: () => api.operations.cancel(operation.id),
		onSuccess: async () => {
			setAsking(false);
			await client.invalidateQueries({ queryKey: operationQueries.view(operation.id).queryKey });
		},
	});
	if (operation.cancelRequestedBy !== null) {
		return <p className="text-sm text-muted">Cancelling, asked for by {operation.cancelRequestedBy.name}…</p>;
	}
	return (
		<>
			<Button disabledReason={refusal === null ? denied : { text: refusal }} onClick={() => setAsking(true)}>
				Cancel…
			</Button>
			<Dialog
				open={asking}
				onClose={() => setAsking(false)}
				title="Cancel this operation?"
				description={`The step that runs now is stopped. ${consequence[operation.kind]}`}
				actions={
					<>
						<Button onClick={() => setAsking(false)}>Keep going</Button>
						<Button variant="danger" busy={cancel.isPending ? 'Cancelling…' : null} onClick={() => cancel.mutate()}>
							Cancel the operation
						</Button>
					</>
				}
			>
				{cancel.error ? <ProblemNote title="The operation could not be cancelled." error={cancel.error} /> : null}
			</Dialog>
		</>
	);
}
