'use client';

import { Eye, EyeOff } from 'lucide-react';
import { type ClipboardEvent, useState } from 'react';
import { useFormContext } from 'react-hook-form';
import { cx } from '@/components/ui/cx';
import { Input, Textarea } from '@/components/ui/input';
import { absoluteTime } from '@/components/ui/relative-time';
import { type PasteWarning, pasteWarnings } from '@/lib/manifest';
import type { EnvControlProps } from './control-props';
import type { SecretChoice, SecretFact } from './env-answers';
import { KeepCurrent, StoredValue } from './kept-value';

type SecretControlProps = EnvControlProps & {
	fact: SecretFact | null;
	choice: SecretChoice;
	onChoose: (choice: SecretChoice) => void;
};

/**
 * The four states of a secret: not set (input), set and kept (no input), replace (input and a way back), needs
 * re-entry (input). Nothing ever imitates a stored value: a row of bullets would be submitted or half edited.
 */
export function SecretControl(props: SecretControlProps) {
	const { field, fact, choice, onChoose } = props;
	const { setValue } = useFormContext();
	const change = (to: SecretChoice) => {
		// What was typed before the change of mind must not travel along.
		setValue(props.input.name, '');
		onChoose(to);
	};
	const stored = fact?.state === 'set';
	if (stored && choice !== 'replace') {
		return (
			<StoredValue {...props} choice={choice} onChoose={change}>
				{storedWords(fact)} Kept as it is.
			</StoredValue>
		);
	}
	return (
		<div className="grid gap-1.5">
			{fact?.state === 'needs-re-entry' ? (
				<p className="text-sm text-warning">
					The stored value can no longer be used.{' '}
					{field.required ? 'Enter it again.' : 'Enter it again, or leave it empty to go without.'}
				</p>
			) : null}
			<SecretInput {...props} />
			<div className="flex flex-wrap items-center justify-between gap-2">
				<p className="text-xs text-muted">Stored once. Nobody, including you, can read it back.</p>
				{stored ? <KeepCurrent field={field} onChoose={change} /> : null}
			</div>
		</div>
	);
}

function SecretInput({ id, input, describedBy, invalid, field }: EnvControlProps) {
	const { setValue, getValues } = useFormContext();
	const [shown, setShown] = useState(false);
	const [multiline, setMultiline] = useState(false);
	const [warnings, setWarnings] = useState<readonly PasteWarning[]>([]);

	function paste(event: ClipboardEvent<HTMLInputElement | HTMLTextAreaElement>) {
		const text = event.clipboardData.getData('text');
		// A one-line input silently drops line breaks, which destroys a PEM key.
		if (!multiline && /[\r\n]/.test(text.trim())) {
			event.preventDefault();
			setMultiline(true);
			setValue(input.name, text, { shouldDirty: true });
		}
		setWarnings(pasteWarnings(text));
	}

	function repair(fixed: string) {
		setValue(input.name, fixed, { shouldDirty: true });
		setWarnings(pasteWarnings(fixed));
	}

	const shared = {
		...input,
		id,
		spellCheck: false,
		autoCapitalize: 'none',
		autoComplete: 'new-password',
		'aria-describedby': describedBy,
		'aria-invalid': invalid || undefined,
		'aria-required': field.required || undefined,
		onPaste: paste,
		onBlur: (event: Parameters<typeof input.onBlur>[0]) => {
			const typed: unknown = getValues(input.name);
			setWarnings(typeof typed === 'string' ? pasteWarnings(typed) : []);
			return input.onBlur(event);
		},
	};
	const Icon = shown ? EyeOff : Eye;
	return (
		<div className="grid gap-1.5">
			<span className="relative block">
				{multiline ? (
					<Textarea {...shared} rows={6} className={cx('pr-10 font-mono', !shown && 'masked')} />
				) : (
					<Input {...shared} type={shown ? 'text' : 'password'} className="pr-10 font-mono" />
				)}
				<button
					type="button"
					aria-pressed={shown}
					aria-label={`Show what I type for ${field.key}`}
					onClick={() => setShown(!shown)}
					className="absolute top-0 right-0 grid size-9 place-items-center rounded-control text-muted hover:text-ink focus-visible:-outline-offset-2"
				>
					<Icon aria-hidden className="size-4" />
				</button>
			</span>
			<div role="status" className="empty:hidden">
				{warnings.map((warning) => (
					<div key={warning.code} className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm text-warning">
						<span>{warning.message}</span>
						{warning.fixed === null ? null : <RepairButton onRepair={() => repair(warning.fixed ?? '')} />}
					</div>
				))}
			</div>
		</div>
	);
}

function RepairButton({ onRepair }: { onRepair: () => void }) {
	return (
		<button
			type="button"
			onClick={onRepair}
			className="rounded font-medium text-copper-text underline underline-offset-4"
		>
			Correct it
		</button>
	);
}

function storedWords({ setBy, setAt }: SecretFact): string {
	const by = setBy ? ` by ${setBy.name}` : '';
	return setAt ? `Set${by}, ${absoluteTime(setAt)}.` : `Set${by}.`;
}
