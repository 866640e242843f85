import type { ComponentProps } from 'react';
import { cx } from './cx';

export function Input({ className, ...rest }: ComponentProps<'input'>) {
	return <input type="text" {...rest} className={cx(controlLook, 'h-9', className)} />;
}

export function Textarea({ className, ...rest }: ComponentProps<'textarea'>) {
	return <textarea rows={3} {...rest} className={cx(controlLook, 'min-h-20 py-2', className)} />;
}

/** Shared look of everything one types into or picks from. */
export const controlLook = cx(
	'w-full min-w-0 rounded-control border border-control-line bg-sunken px-3 text-sm text-ink placeholder:text-faint',
	'hover:border-muted focus-visible:border-copper focus-visible:outline-offset-0 aria-invalid:border-danger disabled:opacity-60',
);
