import { Check } from 'lucide-react';
import type { ComponentProps, ReactNode } from 'react';
import { cx } from './cx';

type CheckboxProps = Omit<ComponentProps<'input'>, 'type'> & { label: ReactNode; description?: ReactNode };

export function Checkbox({ label, description, className, ...rest }: CheckboxProps) {
	return (
		<label className={cx('flex cursor-pointer items-start gap-3 text-sm', className)}>
			<span className="relative mt-0.5 inline-flex size-[18px] shrink-0">
				<input
					type="checkbox"
					{...rest}
					className="peer size-full cursor-pointer appearance-none rounded-[5px] border border-control-line bg-sunken checked:border-copper checked:bg-copper"
				/>
				<Check
					aria-hidden
					strokeWidth={3}
					className="pointer-events-none absolute inset-0 m-auto hidden size-3 text-on-copper peer-checked:block"
				/>
			</span>
			<span className="min-w-0">
				{label}
				{description ? <span className="block text-muted">{description}</span> : null}
			</span>
		</label>
	);
}
