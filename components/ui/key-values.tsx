import type { ReactNode } from 'react';
import { cx } from './cx';

export type KeyValue = { label: string; value: ReactNode };

/** Facts as a definition list: label left, value right; stacked on small screens. */
export function KeyValues({ items, className }: { items: readonly KeyValue[]; className?: string }) {
	return (
		<dl className={cx('grid gap-x-6 gap-y-2.5 text-sm sm:grid-cols-[minmax(8rem,max-content)_1fr]', className)}>
			{items.map((item) => (
				<div key={item.label} className="grid gap-0.5 sm:contents">
					<dt className="text-muted">{item.label}</dt>
					<dd className="min-w-0 break-words">{item.value}</dd>
				</div>
			))}
		</dl>
	);
}
