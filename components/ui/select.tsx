import { ChevronDown } from 'lucide-react';
import type { ComponentProps } from 'react';
import { cx } from './cx';
import { controlLook } from './input';

/** The browser's own select: right on every device, and free. */
export function Select({ className, children, ...rest }: ComponentProps<'select'>) {
	return (
		<span className={cx('relative block', className)}>
			<select {...rest} className={cx(controlLook, 'h-9 appearance-none pr-9')}>
				{children}
			</select>
			<ChevronDown aria-hidden className="pointer-events-none absolute top-2.5 right-3 size-4 text-muted" />
		</span>
	);
}
