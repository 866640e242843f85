import type { ReactNode } from 'react';
import { cx } from './cx';

/** A grey bar of the size of what is coming; give it a height, so that nothing jumps when it arrives. */
export function Skeleton({ className }: { className: string }) {
	return <span aria-hidden className={cx('block animate-pulse rounded-md bg-raised', className)} />;
}

/** Wraps skeletons and says in words what is being loaded. */
export function Loading({ words, children, className }: { words: string; children: ReactNode; className?: string }) {
	return (
		<div role="status" className={className}>
			<span className="sr-only">{words}</span>
			{children}
		</div>
	);
}

/** `rows` equal rows, for lists and tables. */
export function SkeletonRows({ rows, className = 'h-14' }: { rows: number; className?: string }) {
	return (
		<div className="grid gap-2">
			{Array.from({ length: rows }, (_, row) => `row-${row}`).map((key) => (
				<Skeleton key={key} className={className} />
			))}
		</div>
	);
}
