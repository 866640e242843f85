'use client';

import { RotateCcw } from 'lucide-react';
import { type ReactNode, useEffect, useId, useRef } from 'react';
import { useFormContext, useWatch } from 'react-hook-form';
import { Button } from '@/components/ui/button';
import { Field, FieldError } from '@/components/ui/field';
import { PasswordInput } from '@/components/ui/password-input';
import type { SourceSummary } from '@/lib/contracts/sources';
import { effectiveChoice } from './credential-choice';
import { fieldId, useFieldError } from './form-fields';
import type { CredentialDraft, SourceDraft } from './source-draft';

type CredentialFieldProps = {
	name: 'credential' | 'npmCredential';
	label: string;
	aside?: string;
	/** Which token, with which rights. */
	help: ReactNode;
	state: SourceSummary['credential'];
	/** The way a stored one is sent was changed in this form. */
	moved: boolean;
};

/**
 * Write-only: not set (input), set and kept (no input), replace (input and a way back), needs re-entry (input).
 * Nothing ever imitates a stored value.
 */
export function CredentialField({ name, label, aside, help, state, moved }: CredentialFieldProps) {
	const { control, register, setValue, setFocus } = useFormContext<SourceDraft>();
	const draft = useWatch({ control, name });
	const error = useFieldError(`${name}.text`);
	const choice = effectiveChoice(draft, moved);
	const chosen = useRef(false);
	useEffect(() => {
		// Only after a press of Replace: the button that had the focus is gone then.
		if (chosen.current && choice === 'enter') setFocus(`${name}.text`);
		chosen.current = false;
	}, [choice, name, setFocus]);

	function choose(next: CredentialDraft['choice']) {
		chosen.current = true;
		// What was typed before the change of mind must not travel along.
		setValue(name, { choice: next, text: '' }, { shouldDirty: true });
	}

	if (choice === 'keep') {
		return (
			<Kept label={label} help={help} error={error} words="Stored. Kept as it is; it is never shown again.">
				<Button size="small" aria-label={`Replace the ${label.toLowerCase()}`} onClick={() => choose('enter')}>
					Replace
				</Button>
				<Button
					size="small"
					variant="quiet"
					aria-label={`Remove the ${label.toLowerCase()}`}
					onClick={() => choose('remove')}
				>
					Remove
				</Button>
			</Kept>
		);
	}
	if (choice === 'remove') {
		return (
			<Kept label={label} help={help} error={error} words="Will be removed when you save.">
				<Button
					size="small"
					variant="quiet"
					icon={<RotateCcw aria-hidden />}
					onClick={() => choose(state === 'set' ? 'keep' : 'enter')}
				>
					{state === 'set' && !moved ? 'Keep it' : 'Enter it instead'}
				</Button>
			</Kept>
		);
	}
	return (
		<Field id={fieldId(`${name}.text`)} label={label} aside={aside} description={help} error={error}>
			{(inputProps) => (
				<div className="grid gap-1.5">
					{state === 'needs-re-entry' || moved ? (
						<p className="text-sm text-warning">
							{moved
								? 'Address, proxy or certificates change. A stored credential is never sent another way than before: enter it again.'
								: 'The stored one can no longer be read. Enter it again.'}
						</p>
					) : null}
					<PasswordInput
						{...inputProps}
						{...register(`${name}.text`)}
						autoComplete="new-password"
						className="font-mono"
					/>
					<div className="flex flex-wrap items-center justify-between gap-2">
						<p className="text-xs text-muted">Stored encrypted. Nobody, including you, can read it back.</p>
						<span className="flex gap-1">
							{state === 'set' && !moved ? (
								<Button size="small" variant="quiet" icon={<RotateCcw aria-hidden />} onClick={() => choose('keep')}>
									Keep stored
								</Button>
							) : null}
							{moved || state === 'needs-re-entry' ? (
								<Button size="small" variant="quiet" onClick={() => choose('remove')}>
									Remove it
								</Button>
							) : null}
						</span>
					</div>
				</div>
			)}
		</Field>
	);
}

type KeptProps = { label: string; help: ReactNode; error: string | null; words: string; children: ReactNode };

/** A state without an input; a group, because there is no control a label could belong to. */
function Kept({ label, help, error, words, children }: KeptProps) {
	return (
		<fieldset className="grid gap-1.5">
			<legend className="mb-1.5 text-sm font-medium">{label}</legend>
			<div className="text-sm text-muted">{help}</div>
			<div className="flex min-h-9 flex-wrap items-center gap-x-3 gap-y-2 rounded-control border border-dashed border-line-strong px-3 py-1.5">
				<span className="min-w-0 flex-1 text-sm text-muted">{words}</span>
				<span className="flex gap-2">{children}</span>
			</div>
			<FieldError id={useId()} error={error} />
		</fieldset>
	);
}
