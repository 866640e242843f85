'use client';

import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import { ProblemNote } from '@/components/layout/problem-note';
import { Button } from '@/components/ui/button';
import { Card, CardBody, CardHeader } from '@/components/ui/card';
import { Checkbox } from '@/components/ui/checkbox';
import { RelativeTime } from '@/components/ui/relative-time';
import { ApiError, api } from '@/lib/api-client';
import type { Policy, PolicyRules } from '@/lib/contracts/policy';
import { PowerCode } from '@/lib/contracts/runner';
import { PolicyChoice } from './policy-choice';

type PolicyFormProps = {
	policy: Policy;
	readOnly: boolean;
	onSaved: (policy: Policy) => void;
	/** Read it from the server again. */
	onReload: () => void;
};

/** What was chosen and not saved, with the policy it was chosen on: a refresh in the background must not move it. */
type Draft = PolicyRules & { basis: Policy };

/** Verdicts and what happens after a failure. Nothing holds before it is saved, and that is always in sight. */
export function PolicyForm({ policy, readOnly, onSaved, onReload }: PolicyFormProps) {
	const [draft, setDraft] = useState<Draft | null>(null);
	const [wasSaved, setWasSaved] = useState(false);
	const basis = draft?.basis ?? policy;
	const shown: PolicyRules = draft ?? policy;
	const open = draft === null ? 0 : changesOf(draft, basis);
	useAskBeforeLeaving(open > 0);
	const save = useMutation({
		mutationFn: ({ verdicts, returnAfterFailure }: PolicyRules) =>
			api.policy.replace({ verdicts, returnAfterFailure, revision: basis.revision }),
		onSuccess: (saved) => {
			setDraft(null);
			setWasSaved(true);
			onSaved(saved);
		},
	});

	function choose(change: Partial<PolicyRules>) {
		save.reset();
		setWasSaved(false);
		const { verdicts, returnAfterFailure } = shown;
		const next = { verdicts, returnAfterFailure, basis, ...change };
		setDraft(changesOf(next, basis) === 0 ? null : next);
	}

	function startOver() {
		setDraft(null);
		save.reset();
	}

	return (
		<div className="contents">
			<Card aria-labelledby="powers-title">
				<CardHeader
					id="powers-title"
					title="What a pack may gain"
					description="Asked when a pack is installed, or when a new version has a power that the running one does not have."
				/>
				<Meanings />
				<ul className="divide-y divide-line">
					{PowerCode.options.map((code) => (
						<li key={code}>
							<PolicyChoice
								code={code}
								chosen={shown.verdicts[code]}
								saved={basis.verdicts[code]}
								usual={policy.defaults.verdicts[code]}
								readOnly={readOnly}
								onChoose={(verdict) => choose({ verdicts: { ...shown.verdicts, [code]: verdict } })}
							/>
						</li>
					))}
				</ul>
			</Card>
			<Card aria-labelledby="failures-title">
				<CardHeader id="failures-title" title="After a failure" />
				<CardBody>
					<Checkbox
						label="Return a failed change to the last good revision"
						description="The cause is looked for first, either way. When this is off, what failed stays as it is, until somebody retries or rolls back."
						checked={shown.returnAfterFailure}
						disabled={readOnly}
						onChange={(event) => choose({ returnAfterFailure: event.target.checked })}
					/>
				</CardBody>
			</Card>
			<p className="text-sm text-muted" role="status">
				{wasSaved ? 'Saved. ' : ''}
				<LastChange policy={policy} />
			</p>
			{open > 0 ? (
				<SaveBar
					words={open === 1 ? '1 change is not saved.' : `${open} changes are not saved.`}
					problem={
						save.error ? (
							<ProblemNote
								title="The policy was not changed."
								error={save.error}
								actions={
									save.error instanceof ApiError && save.error.problem.code === 'conflict' ? (
										<Button
											size="small"
											onClick={() => {
												startOver();
												onReload();
											}}
										>
											Load it again
										</Button>
									) : null
								}
							/>
						) : null
					}
				>
					<Button variant="quiet" size="large" onClick={startOver}>
						Discard
					</Button>
					<Button
						variant="primary"
						size="large"
						busy={save.isPending ? 'Saving…' : null}
						onClick={() => {
							if (draft) save.mutate(draft);
						}}
					>
						Save policy
					</Button>
				</SaveBar>
			) : null}
		</div>
	);
}

function Meanings() {
	return (
		<dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1.5 border-b border-line bg-sunken/50 px-5 py-3 text-sm sm:gap-x-6">
			<dt className="font-medium text-success">Allow</dt>
			<dd className="text-muted">Shown in the plan; nobody is asked.</dd>
			<dt className="font-medium text-warning">Confirm</dt>
			<dd className="text-muted">Whoever installs or upgrades says yes to it by name. It is in the audit.</dd>
			<dt className="font-medium text-danger">Refuse</dt>
			<dd className="text-muted">
				Blocked, unless an owner allows it for one pack below. What runs already, and going back to it, is not affected.
			</dd>
		</dl>
	);
}

function LastChange({ policy: { changedBy, changedAt } }: { policy: Policy }) {
	if (changedBy === null || changedAt === null) return <>These are the defaults; nobody has changed them.</>;
	return (
		<>
			Last changed by {changedBy.name}, <RelativeTime at={changedAt} />.
		</>
	);
}

type SaveBarProps = { words: string; problem: ReactNode; children: ReactNode };

/** Stays in sight while something is not saved, beside whatever else the page shows: last in the grid around it. */
function SaveBar({ words, problem, children }: SaveBarProps) {
	return (
		<div className="sticky bottom-14 z-10 order-last -mx-4 border-t border-line bg-surface/95 px-4 py-3 backdrop-blur sm:-mx-6 sm:px-6 md:bottom-0 md:-mx-8 md:px-8">
			{problem ? <div className="mb-3">{problem}</div> : null}
			<div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2.5">
				<p role="status" className="text-sm text-warning">
					{words}
				</p>
				<div className="flex flex-wrap gap-2">{children}</div>
			</div>
		</div>
	);
}

function changesOf(rules: PolicyRules, saved: PolicyRules): number {
	const changed = PowerCode.options.filter((code) => rules.verdicts[code] !== saved.verdicts[code]);
	return changed.length + (rules.returnAfterFailure === saved.returnAfterFailure ? 0 : 1);
}

/** The browser's own question; it shows its own words. */
function useAskBeforeLeaving(active: boolean): void {
	useEffect(() => {
		if (!active) return;
		const ask = (event: BeforeUnloadEvent) => event.preventDefault();
		window.addEventListener('beforeunload', ask);
		return () => window.removeEventListener('beforeunload', ask);
	}, [active]);
}
