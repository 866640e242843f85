'use client';

import { Card, CardBody, CardHeader } from '@/components/ui/card';
import { Checkbox } from '@/components/ui/checkbox';
import type { Plan } from '@/lib/contracts/plans';
import { own } from '@/lib/core';
import type { ContractChange } from '@/lib/manifest';
import type { ChangeDraft } from './change-draft';

type Rename = Extract<ContractChange, { kind: 'suspected-rename' }>;

type DecisionsProps = {
	/** Suspected renames seen so far: a decided one leaves the plan, and must stay here to be undone. */
	renames: readonly Rename[];
	changes: Plan['changes'];
	drift: boolean;
	/** What the running version publishes as defaults; of a secret the plan does not repeat it. */
	published: Readonly<Record<string, string>>;
	draft: ChangeDraft;
	onChange: (change: Partial<ChangeDraft>) => void;
};

/** Questions that are not values: was this key renamed, what becomes of a value nobody asks for any more. */
export function Decisions({ renames, changes, drift, published, draft, onChange }: DecisionsProps) {
	const orphans = changes.flatMap(({ change, sentence }) =>
		change.gate === 'choose-archive-or-delete' && 'key' in change ? [{ key: change.key, sentence }] : [],
	);
	const defaults = changes.flatMap(({ change, sentence }) =>
		change.kind === 'default-changed' && change.relies === true && change.from !== null
			? [{ key: change.key, from: change.from, sentence }]
			: [],
	);
	const secrets = changes.flatMap(({ change, sentence }) => {
		const offered = change.kind === 'default-changed' && change.secret && change.gate === 'offer-old-default';
		const from = offered && change.relies === true ? own(published, change.key) : undefined;
		return offered && from !== undefined ? [{ key: change.key, from, sentence }] : [];
	});
	if (renames.length + orphans.length + defaults.length + secrets.length === 0 && !drift) return null;
	return (
		<Card>
			<CardHeader title="Decide" description="Your choice becomes part of the plan." />
			<CardBody className="grid gap-6">
				{renames.map((rename) => (
					<RenameChoice key={rename.key} rename={rename} draft={draft} onChange={onChange} />
				))}
				{orphans.map(({ key, sentence }) => (
					<Checkbox
						key={key}
						label={
							<>
								Delete the value of <code>{key}</code>
							</>
						}
						description={`${sentence} Left alone, it is archived with this install and offered again if the key returns.`}
						checked={draft.deleted.includes(key)}
						onChange={(event) => onChange({ deleted: toggled(draft.deleted, key, event.target.checked) })}
					/>
				))}
				{defaults.map(({ key, from, sentence }) => (
					<Checkbox
						key={key}
						label={
							<>
								Keep <code>{from}</code> for <code>{key}</code>
							</>
						}
						description={sentence}
						checked={draft.oldDefaults[key] === from}
						onChange={(event) =>
							onChange({
								oldDefaults: event.target.checked
									? { ...draft.oldDefaults, [key]: from }
									: without(draft.oldDefaults, key),
							})
						}
					/>
				))}
				{secrets.map(({ key, from, sentence }) => (
					<Checkbox
						key={key}
						label={
							<>
								Keep what was published for <code>{key}</code> until now
							</>
						}
						description={`${sentence} It is stored as a secret of this install.`}
						checked={own(draft.oldSecrets, key) !== undefined}
						onChange={(event) =>
							onChange({
								oldSecrets: event.target.checked
									? { ...draft.oldSecrets, [key]: from }
									: without(draft.oldSecrets, key),
							})
						}
					/>
				))}
				{drift ? (
					<Checkbox
						label="Take over fields that were changed outside Packyard"
						description="Left alone, the operation ends with what conflicts, and changes nothing there."
						checked={draft.takeOver}
						onChange={(event) => onChange({ takeOver: event.target.checked })}
					/>
				) : null}
			</CardBody>
		</Card>
	);
}

type RenameChoiceProps = { rename: Rename; draft: ChangeDraft; onChange: (change: Partial<ChangeDraft>) => void };

function RenameChoice({ rename, draft, onChange }: RenameChoiceProps) {
	const { key, to, secret } = rename;
	const choices = [
		{
			words: `Yes, ${key} is ${to} now`,
			help: secret
				? 'The secret moves to the new key without being read by anybody.'
				: 'Its value moves to the new key.',
			checked: draft.renames[key] === to,
			apply: () =>
				onChange({ renames: { ...draft.renames, [key]: to }, separate: toggled(draft.separate, key, false) }),
		},
		{
			words: 'No, these are two different things',
			help: `${to} is asked for as a new value.`,
			checked: draft.separate.includes(key),
			apply: () => onChange({ renames: without(draft.renames, key), separate: toggled(draft.separate, key, true) }),
		},
	];
	return (
		<fieldset className="grid gap-2.5 text-sm">
			<legend className="mb-2.5 font-medium">
				Was <code>{key}</code> renamed to <code>{to}</code>?
			</legend>
			{choices.map((choice) => (
				<label key={choice.words} className="flex cursor-pointer items-start gap-3">
					<input
						type="radio"
						name={`rename-${key}`}
						checked={choice.checked}
						onChange={choice.apply}
						className="mt-0.5 size-[18px] shrink-0 cursor-pointer appearance-none rounded-full border border-control-line bg-sunken checked:border-[5px] checked:border-copper"
					/>
					<span className="min-w-0 break-words">
						{choice.words}
						<span className="block text-muted">{choice.help}</span>
					</span>
				</label>
			))}
		</fieldset>
	);
}

function toggled(list: readonly string[], key: string, on: boolean): string[] {
	const rest = list.filter((each) => each !== key);
	return on ? [...rest, key] : rest;
}

function without(record: Readonly<Record<string, string>>, key: string): Record<string, string> {
	return Object.fromEntries(Object.entries(record).filter(([name]) => name !== key));
}
