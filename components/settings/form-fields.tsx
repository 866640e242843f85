'use client';

import { type ComponentProps, type ReactNode, useId } from 'react';
import { useFormContext } from 'react-hook-form';
import { Checkbox } from '@/components/ui/checkbox';
import { cx } from '@/components/ui/cx';
import { Field, FieldError } from '@/components/ui/field';
import { Input, Textarea } from '@/components/ui/input';
import type { SourceDraft } from './source-draft';
import type { SourceField } from './source-refusals';

type TextFieldProps = {
	name: SourceField;
	label: ReactNode;
	aside?: ReactNode;
	description?: ReactNode;
	placeholder?: string;
	inputMode?: ComponentProps<'input'>['inputMode'];
	/** Lines of a text area; one line when absent. */
	rows?: number;
	required?: boolean;
};

/** One text of the draft with its label, help and error. */
export function TextField({ name, label, aside, description, rows, required, ...input }: TextFieldProps) {
	const { register } = useFormContext<SourceDraft>();
	const error = useFieldError(name);
	const shared = {
		...register(name),
		...input,
		'aria-required': required || undefined,
		autoComplete: 'off',
		autoCapitalize: 'none',
		spellCheck: false,
	};
	return (
		<Field id={fieldId(name)} label={label} aside={aside} description={description} error={error}>
			{(control) =>
				rows ? (
					<Textarea {...control} {...shared} rows={rows} className="font-mono text-[13px]" />
				) : (
					<Input {...control} {...shared} />
				)
			}
		</Field>
	);
}

type CheckFieldProps = { name: SourceField; label: ReactNode; description?: ReactNode };

export function CheckField({ name, label, description }: CheckFieldProps) {
	const { register } = useFormContext<SourceDraft>();
	const error = useFieldError(name);
	return (
		<div className="grid gap-1.5">
			<Checkbox
				{...register(name)}
				id={fieldId(name)}
				label={label}
				description={description}
				aria-invalid={error ? true : undefined}
				aria-describedby={error ? `${fieldId(name)}-error` : undefined}
			/>
			<FieldError id={`${fieldId(name)}-error`} error={error} />
		</div>
	);
}

type Choice = { value: string; label: string; description?: string };
type ChoiceFieldProps = {
	name: SourceField;
	legend: string;
	choices: readonly Choice[];
	/** Beside each other on wide screens. */
	wide?: boolean;
};

/** One of a few, each with a sentence about when it is the right one. */
export function ChoiceField({ name, legend, choices, wide = false }: ChoiceFieldProps) {
	const { register } = useFormContext<SourceDraft>();
	const base = useId();
	return (
		<fieldset className="grid gap-2">
			<legend className="mb-2 text-sm font-medium">{legend}</legend>
			<div className={cx('grid gap-2', wide && 'sm:grid-cols-3')}>
				{choices.map(({ value, label, description }) => (
					<label
						key={value}
						className="flex cursor-pointer items-start gap-3 rounded-control border border-line-strong px-3.5 py-2.5 text-sm hover:bg-raised/60 has-checked:border-copper has-checked:bg-copper-soft"
					>
						<input
							type="radio"
							value={value}
							{...register(name)}
							aria-labelledby={`${base}-${value}`}
							aria-describedby={description ? `${base}-${value}-help` : undefined}
							className="mt-0.5 grid size-4 shrink-0 cursor-pointer appearance-none place-items-center rounded-full border border-control-line bg-sunken before:size-2 before:rounded-full checked:border-copper checked:before:bg-copper"
						/>
						<span className="min-w-0">
							<span id={`${base}-${value}`} className="font-medium">
								{label}
							</span>
							{description ? (
								<span id={`${base}-${value}-help`} className="block text-muted">
									{description}
								</span>
							) : null}
						</span>
					</label>
				))}
			</div>
		</fieldset>
	);
}

export function fieldId(name: SourceField): string {
	return `source-${name.replaceAll('.', '-')}`;
}

export function useFieldError(name: SourceField): string | null {
	const { getFieldState, formState } = useFormContext<SourceDraft>();
	return getFieldState(name, formState).error?.message ?? null;
}
