'use client';

import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { ProblemNote } from '@/components/layout/problem-note';
import { AppLink } from '@/components/ui/app-link';
import { Button } from '@/components/ui/button';
import { Card, CardBody, CardHeader } from '@/components/ui/card';
import { Dialog } from '@/components/ui/dialog';
import { RelativeTime } from '@/components/ui/relative-time';
import { api } from '@/lib/api-client';
import { type Policy, type PolicyException, powerWords } from '@/lib/contracts/policy';
import { AllowPower, type AskedException } from './policy-allow';

type PolicyExceptionsProps = {
	policy: Policy;
	asked: AskedException | null;
	readOnly: boolean;
	onChanged: (policy: Policy) => void;
};

/** Which pack may have what the policy refuses, why, and by whose word. */
export function PolicyExceptions({ policy, asked, readOnly, onChanged }: PolicyExceptionsProps) {
	const [leaving, setLeaving] = useState<PolicyException | null>(null);
	return (
		<Card id="allow" aria-labelledby="exceptions-title" className="scroll-mt-20">
			<CardHeader
				id="exceptions-title"
				title="Exceptions"
				description="A refused power that an owner allows for one pack."
			/>
			{policy.exceptions.length === 0 ? (
				<p className="px-5 py-4 text-sm text-muted">There are none.</p>
			) : (
				<ul className="divide-y divide-line">
					{policy.exceptions.map((exception) => (
						<li key={exception.id} className="flex flex-wrap items-start justify-between gap-x-6 gap-y-2 px-5 py-3.5">
							<div className="grid min-w-0 flex-1 basis-64 gap-0.5 text-sm">
								<p className="font-medium">
									<AppLink href={`/packs/${exception.slug}`} className="rounded underline-offset-4 hover:underline">
										{exception.packName}
									</AppLink>
									<span className="font-normal text-muted"> may have </span>
									{powerWords[exception.power].name}
								</p>
								<p className="break-words">{exception.reason}</p>
								<p className="text-[13px] text-muted">
									Allowed by {exception.by.name}, <RelativeTime at={exception.at} />
									{policy.verdicts[exception.power] === 'refuse'
										? ''
										: '. Without effect now: the policy does not refuse this power'}
								</p>
							</div>
							{readOnly ? null : (
								<Button
									size="small"
									aria-label={`Remove the exception of ${exception.packName} for ${powerWords[exception.power].name}`}
									onClick={() => setLeaving(exception)}
								>
									Remove…
								</Button>
							)}
						</li>
					))}
				</ul>
			)}
			{readOnly ? null : (
				<div className="border-t border-line">
					<CardBody>
						<h3 className="mb-3 text-sm font-semibold">Allow a refused power for one pack</h3>
						<AllowPower policy={policy} asked={asked} onAdded={onChanged} />
					</CardBody>
				</div>
			)}
			<RemoveException exception={leaving} onClose={() => setLeaving(null)} onRemoved={onChanged} />
		</Card>
	);
}

type RemoveExceptionProps = {
	exception: PolicyException | null;
	onClose: () => void;
	onRemoved: (policy: Policy) => void;
};

function RemoveException({ exception, onClose, onRemoved }: RemoveExceptionProps) {
	const remove = useMutation({
		mutationFn: (id: string) => api.policy.removeException(id),
		onSuccess: (next) => {
			onRemoved(next);
			onClose();
		},
	});
	return (
		<Dialog
			open={exception !== null}
			onClose={onClose}
			title={exception === null ? '' : `No longer allow this for ${exception.packName}?`}
			description={
				exception === null
					? null
					: `“${powerWords[exception.power].name}” is refused again the next time ${exception.packName} would gain it. What runs already stays as it is.`
			}
			actions={
				<>
					<Button onClick={onClose}>Keep it</Button>
					<Button
						variant="danger"
						busy={remove.isPending ? 'Removing…' : null}
						onClick={() => {
							if (exception) remove.mutate(exception.id);
						}}
					>
						Remove exception
					</Button>
				</>
			}
		>
			{remove.error ? <ProblemNote title="The exception was not removed." error={remove.error} /> : null}
		</Dialog>
	);
}
