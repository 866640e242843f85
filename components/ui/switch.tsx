import type { ComponentProps, ReactNode } from 'react';
import { cx } from './cx';

type SwitchProps = Omit<ComponentProps<'input'>, 'type' | 'role' | 'checked'> & { label: ReactNode; checked: boolean };

/** On or off, at once. For a choice that is submitted later use a checkbox. */
export function Switch({ label, checked, className, ...rest }: SwitchProps) {
	return (
		<label className={cx('inline-flex cursor-pointer items-center gap-2.5 text-sm', className)}>
			<input
				type="checkbox"
				role="switch"
				checked={checked}
				aria-checked={checked}
				{...rest}
				className={cx(
					'relative h-5 w-9 shrink-0 cursor-pointer appearance-none rounded-full border border-control-line bg-sunken transition-colors',
					'before:absolute before:top-0.5 before:left-0.5 before:size-3.5 before:rounded-full before:bg-muted before:transition-transform',
					'checked:border-copper checked:bg-copper checked:before:translate-x-4 checked:before:bg-on-copper',
				)}
			/>
			{label}
		</label>
	);
}
