import { cx } from '@/components/ui/cx';
import { Input, Textarea } from '@/components/ui/input';
import { type EnvControlProps, ghostText } from './control-props';

export function TextControl(props: EnvControlProps) {
	// A value with line breaks would lose them in a one-line input.
	const multiline = props.field.value.includes('\n') || (props.field.defaultText ?? '').includes('\n');
	const shared = sharedProps(props);
	return multiline ? <Textarea {...shared} rows={5} className="font-mono" /> : <Input {...shared} />;
}

export function NumberControl(props: EnvControlProps) {
	// Not type=number: it drops what it does not understand and changes on scroll.
	return <Input {...sharedProps(props)} inputMode="decimal" className="font-mono" />;
}

export function UrlControl(props: EnvControlProps) {
	return <Input {...sharedProps(props)} inputMode="url" autoCapitalize="none" className="font-mono" />;
}

/** Three choices where there is a fallback: an empty answer is a state of its own, not `false`. */
export function BooleanControl({ field, id, input, describedBy, invalid }: EnvControlProps) {
	const empty = field.defaultOrigin === null ? (field.required ? null : 'Not set') : ghostText(field);
	const choices = [
		...(empty === null ? [] : [{ value: '', words: empty }]),
		{ value: 'true', words: 'true' },
		{ value: 'false', words: 'false' },
	];
	return (
		<div
			role="radiogroup"
			aria-labelledby={`${id}-label`}
			aria-describedby={describedBy}
			aria-invalid={invalid || undefined}
			className="flex flex-wrap gap-1.5"
		>
			{choices.map(({ value, words }, index) => (
				<label
					key={value}
					className={cx(
						'inline-flex h-9 cursor-pointer items-center gap-2 rounded-control border bg-sunken px-3 text-sm has-checked:border-copper has-checked:bg-copper-soft has-focus-visible:outline-2 has-focus-visible:outline-copper',
						invalid ? 'border-danger' : 'border-control-line',
					)}
				>
					<input
						{...input}
						id={index === 0 ? id : undefined}
						type="radio"
						value={value}
						className="size-3.5 appearance-none rounded-full border border-control-line checked:border-4 checked:border-copper focus-visible:outline-none"
					/>
					<span className={cx(value !== '' && 'font-mono')}>{words}</span>
				</label>
			))}
		</div>
	);
}

function sharedProps({ field, id, input, describedBy, invalid }: EnvControlProps) {
	return {
		...input,
		id,
		placeholder: ghostText(field),
		autoComplete: 'off',
		spellCheck: false,
		'aria-describedby': describedBy,
		'aria-invalid': invalid || undefined,
		'aria-required': field.required || undefined,
	};
}
