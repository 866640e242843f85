'use client';

import { useMutation } from '@tanstack/react-query';
import { ShieldCheck } from 'lucide-react';
import { ProblemNote } from '@/components/layout/problem-note';
import { Button } from '@/components/ui/button';
import { Note } from '@/components/ui/note';
import { api } from '@/lib/api-client';
import type { AuditVerification } from '@/lib/contracts/audit';

/** Recomputes the whole chain on the server and says where it breaks, if it does. */
export function VerifyChain() {
	const verify = useMutation({ mutationFn: () => api.audit.verify() });
	return (
		<div className="grid justify-items-start gap-3">
			<Button
				icon={<ShieldCheck aria-hidden />}
				busy={verify.isPending ? 'Checking every entry…' : null}
				onClick={() => verify.mutate()}
			>
				Verify the chain
			</Button>
			{verify.error ? (
				<ProblemNote title="The chain could not be checked." error={verify.error} className="w-full" />
			) : null}
			{verify.data ? <Result result={verify.data} /> : null}
		</div>
	);
}

function Result({ result }: { result: AuditVerification }) {
	const entries = result.checked === 1 ? '1 entry' : `${result.checked} entries`;
	if (result.ok) {
		return (
			<Note tone="success" live className="w-full" title={`The chain is whole: ${entries} checked, none changed.`} />
		);
	}
	return (
		<Note
			tone="danger"
			live
			className="w-full"
			title={
				result.firstBrokenSeq === null
					? 'The chain is broken.'
					: `The chain is broken at entry ${result.firstBrokenSeq}.`
			}
			next="Compare with an export or a backup from before. Entries up to there can be trusted."
		>
			{result.problem ?? `${entries} checked.`}
		</Note>
	);
}
