'use client';

import { useMutation, useQuery } from '@tanstack/react-query';
import { type SubmitEvent, useEffect, useRef, useState } from 'react';
import { ProblemNote } from '@/components/layout/problem-note';
import { TextLink } from '@/components/ui/app-link';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Note } from '@/components/ui/note';
import { Select } from '@/components/ui/select';
import { api, packQueries } from '@/lib/api-client';
import { type Policy, powerWords } from '@/lib/contracts/policy';
import { PowerCode } from '@/lib/contracts/runner';

export type AskedException = { packId: string; power: string };

type AllowPowerProps = { policy: Policy; asked: AskedException | null; onAdded: (policy: Policy) => void };
type Errors = { pack: string | null; reason: string | null };
const fine: Errors = { pack: null, reason: null };

/** Let one pack have a power that the policy refuses. `asked` comes from a plan that was refused. */
export function AllowPower({ policy, asked, onAdded }: AllowPowerProps) {
	const refusedNow = PowerCode.options.filter((code) => policy.verdicts[code] === 'refuse');
	const wanted = PowerCode.safeParse(asked?.power).data ?? null;
	const { data: packs, error } = useQuery(packQueries.list());
	const [packId, setPackId] = useState(asked?.packId ?? '');
	const [power, setPower] = useState<PowerCode | null>(wanted);
	const [reason, setReason] = useState('');
	const [errors, setErrors] = useState(fine);
	const form = useRef<HTMLFormElement>(null);
	const chosen = power !== null && refusedNow.includes(power) ? power : (refusedNow[0] ?? null);
	const add = useMutation({
		mutationFn: (body: { packId: string; power: PowerCode; reason: string }) => api.policy.addException(body),
		onSuccess: (next) => {
			setReason('');
			onAdded(next);
		},
	});
	const ready = packs !== undefined;

	useEffect(() => {
		// Whoever comes from a refused plan has one thing left to say: why.
		if (asked === null || !ready) return;
		form.current?.scrollIntoView({ block: 'center' });
		document.getElementById('allow-reason')?.focus({ preventScroll: true });
	}, [asked, ready]);

	if (chosen === null)
		return <p className="text-sm text-muted">Your policy refuses nothing, so no pack needs an exception.</p>;

	function submit(event: SubmitEvent) {
		event.preventDefault();
		const next: Errors = {
			pack: packId === '' ? 'Choose a pack.' : null,
			reason: reason.trim() === '' ? 'Say why this pack may have it. It is kept in the audit.' : null,
		};
		setErrors(next);
		if (next.pack) document.getElementById('allow-pack')?.focus();
		else if (next.reason) document.getElementById('allow-reason')?.focus();
		else if (chosen !== null && !add.isPending) add.mutate({ packId, power: chosen, reason: reason.trim() });
	}

	const done = add.data?.exceptions[0];
	return (
		<form ref={form} noValidate onSubmit={submit} className="grid gap-4">
			{wanted !== null && !refusedNow.includes(wanted) ? (
				<Note tone="info" title={`Your policy does not refuse “${powerWords[wanted].name}” now.`}>
					No exception is needed. Plan again.
				</Note>
			) : null}
			{error ? <ProblemNote title="The packs could not be loaded." error={error} /> : null}
			<div className="grid items-start gap-4 sm:grid-cols-2">
				<Field id="allow-pack" label="Pack" error={errors.pack}>
					{(control) => (
						<Select {...control} value={packId} onChange={(event) => setPackId(event.target.value)}>
							<option value="">Choose a pack</option>
							{(packs?.packs ?? []).map(({ id, name, sourceName }, _, all) => (
								<option key={id} value={id}>
									{all.some((other) => other.name === name && other.id !== id) ? `${name} (${sourceName})` : name}
								</option>
							))}
						</Select>
					)}
				</Field>
				<Field id="allow-power" label="Power">
					{(control) => (
						<Select
							{...control}
							value={chosen}
							onChange={(event) => setPower(PowerCode.safeParse(event.target.value).data ?? null)}
						>
							{refusedNow.map((code) => (
								<option key={code} value={code}>
									{powerWords[code].name}
								</option>
							))}
						</Select>
					)}
				</Field>
			</div>
			<Field
				id="allow-reason"
				label="Reason"
				description="Shown in every plan that uses this exception, with your name, and kept in the audit."
				error={errors.reason}
			>
				{(control) => (
					<Input
						{...control}
						value={reason}
						maxLength={500}
						autoComplete="off"
						onChange={(event) => {
							setReason(event.target.value);
							setErrors(fine);
						}}
					/>
				)}
			</Field>
			{add.error ? <ProblemNote title="It was not allowed." error={add.error} /> : null}
			{done ? (
				<Note tone="success" live title={`${done.packName} may have “${powerWords[done.power].name}”.`}>
					Whoever installs or upgrades it still gives their word. Plan again:{' '}
					<TextLink href={`/packs/${done.slug}`}>open {done.packName}</TextLink>.
				</Note>
			) : null}
			<div>
				<Button type="submit" variant="primary" busy={add.isPending ? 'Saving…' : null}>
					Allow for this pack
				</Button>
			</div>
		</form>
	);
}
