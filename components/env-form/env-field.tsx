'use client';

import { type ComponentType, memo } from 'react';
import { useFormContext, useWatch } from 'react-hook-form';
import { Badge } from '@/components/ui/badge';
import { FieldError } from '@/components/ui/field';
import { Note } from '@/components/ui/note';
import type { Tone } from '@/components/ui/tone';
import { containsCredential, type EnvVarType, type FormField } from '@/lib/manifest';
import type { EnvControlProps } from './control-props';
import { nameOf, type SecretChoice, type SecretFact } from './env-answers';
import { KeepCurrent, StoredValue } from './kept-value';
import { BooleanControl, NumberControl, TextControl, UrlControl } from './plain-controls';
import { SecretControl } from './secret-control';

// A secret never gets here (FormField.secret decides first), but a type without a control must not compile.
const controlByType = {
	string: TextControl,
	number: NumberControl,
	boolean: BooleanControl,
	url: UrlControl,
	secret: TextControl,
} satisfies Record<EnvVarType, ComponentType<EnvControlProps>>;

type EnvFieldProps = {
	field: FormField;
	fact: SecretFact | null;
	/** A plain answer that carries a credential, as it may be shown. */
	hiddenText: string | null;
	choice: SecretChoice;
	onChoose: (key: string, choice: SecretChoice) => void;
	/** The person wants this plain value stored as a secret. */
	vaulted: boolean;
	onVault: (key: string, vaulted: boolean) => void;
	hidden: boolean;
};

/** One question: key, state, the author's sentence, the control, what is wrong. */
export const EnvField = memo(function EnvField({
	field,
	fact,
	hiddenText,
	choice,
	onChoose,
	vaulted,
	onVault,
	hidden,
}: EnvFieldProps) {
	const name = nameOf(field.key);
	const { register, getFieldState, setValue, formState } = useFormContext();
	const typed: unknown = useWatch({ name });
	const { error, isDirty } = getFieldState(name, formState);
	const text = typeof typed === 'string' ? typed : '';
	const id = fieldId(field.key);
	const describedBy = [field.description ? `${id}-help` : null, error ? `${id}-error` : null].filter(Boolean).join(' ');
	const control: EnvControlProps = {
		field,
		id,
		input: register(name),
		describedBy: describedBy || undefined,
		invalid: error !== undefined,
	};
	const Control = controlByType[field.type];
	const chip = chipOf({ field, fact, kept: hiddenText !== null && choice === 'keep', choice, text, isDirty, vaulted });
	const chooseHidden = (to: SecretChoice) => {
		// What was typed before the change of mind must not travel along.
		setValue(name, '');
		onChoose(field.key, to);
	};
	const labelled = !(field.type === 'boolean' && !field.secret);
	return (
		<div hidden={hidden} className="grid gap-1.5">
			<div className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1">
				{labelled ? (
					<label htmlFor={id} className="font-mono text-sm font-medium break-all">
						{field.label}
					</label>
				) : (
					<span id={`${id}-label`} className="font-mono text-sm font-medium break-all">
						{field.label}
					</span>
				)}
				<span className="flex items-center gap-1.5">
					{field.required ? null : <span className="text-xs text-muted">optional</span>}
					{chip ? <Badge tone={chip.tone}>{chip.words}</Badge> : null}
				</span>
			</div>
			{field.description ? (
				<p id={`${id}-help`} className="max-w-prose text-sm text-muted">
					{field.description}
				</p>
			) : null}
			{field.secret ? (
				<SecretControl {...control} fact={fact} choice={choice} onChoose={(to) => onChoose(field.key, to)} />
			) : hiddenText === null ? (
				<Control {...control} />
			) : (
				<HiddenText {...control} text={hiddenText} choice={choice} onChoose={chooseHidden} Control={Control} />
			)}
			<FieldError id={`${id}-error`} error={error?.message} />
			{!field.secret && (vaulted || containsCredential(text)) ? (
				<CredentialHint vaulted={vaulted} onVault={(to) => onVault(field.key, to)} />
			) : null}
		</div>
	);
});

/** Where error summaries and links of other pages find the control of a key. */
export function fieldId(key: string): string {
	return `env-${key}`;
}

function CredentialHint({ vaulted, onVault }: { vaulted: boolean; onVault: (vaulted: boolean) => void }) {
	return (
		<Note tone={vaulted ? 'info' : 'warning'} live className="py-2">
			<span className="flex flex-wrap items-center gap-x-3 gap-y-1">
				{vaulted
					? 'This value will be stored as a secret and never shown again.'
					: 'This value seems to contain a password or token. In clear it can be read by everyone who may look here.'}
				<button
					type="button"
					onClick={() => onVault(!vaulted)}
					className="rounded font-medium text-copper-text underline underline-offset-4"
				>
					{vaulted ? 'Store in clear instead' : 'Store as a secret'}
				</button>
			</span>
		</Note>
	);
}

type HiddenTextProps = EnvControlProps & {
	text: string;
	choice: SecretChoice;
	onChoose: (choice: SecretChoice) => void;
	Control: ComponentType<EnvControlProps>;
};

/** A plain answer with a credential in it. Shown without that part, so it cannot be edited: it is kept or replaced. */
function HiddenText({ text, choice, onChoose, Control, ...control }: HiddenTextProps) {
	if (choice === 'replace') {
		return (
			<div className="grid gap-1.5">
				<Control {...control} />
				<div className="justify-self-end">
					<KeepCurrent field={control.field} onChoose={onChoose} />
				</div>
			</div>
		);
	}
	return (
		<StoredValue {...control} choice={choice} onChoose={onChoose}>
			<code className="break-all text-ink">{text}</code>
			<span className="block text-xs">Stored in clear and kept as it is. Replace it to store it as a secret.</span>
		</StoredValue>
	);
}

type ChipInput = {
	field: FormField;
	fact: SecretFact | null;
	/** A plain answer that is not shown and stays. */
	kept: boolean;
	choice: SecretChoice;
	text: string;
	isDirty: boolean;
	vaulted: boolean;
};

function chipOf(input: ChipInput): { tone: Tone; words: string } | null {
	const { field, fact, kept, choice, text, isDirty, vaulted } = input;
	if (kept) return { tone: 'success', words: 'Set · kept' };
	if (field.secret && fact?.state === 'set' && choice !== 'replace') {
		return choice === 'keep' ? { tone: 'success', words: 'Set · kept' } : { tone: 'warning', words: 'Remove' };
	}
	if (field.secret && fact?.state === 'needs-re-entry' && text === '')
		return { tone: 'warning', words: 'Needs re-entry' };
	if (text !== '') {
		if (vaulted) return { tone: 'accent', words: 'As a secret' };
		return isDirty ? { tone: 'accent', words: fact ? 'Replaced' : 'Filled in' } : { tone: 'neutral', words: 'Set' };
	}
	if (field.defaultOrigin === 'instance') return { tone: 'neutral', words: 'Set for all packs' };
	if (field.defaultOrigin === 'pack') return { tone: 'neutral', words: 'Given by the pack' };
	if (field.defaultOrigin === 'default') return { tone: 'neutral', words: 'Default' };
	return field.required ? { tone: 'warning', words: 'Missing' } : null;
}
