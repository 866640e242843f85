'use client';

import { type ComponentProps, useEffect, useRef, useState } from 'react';
import { cx } from './cx';

type TableProps = ComponentProps<'table'> & { caption: string };

/** A table that scrolls sideways in its own box on small screens; the caption is read out, not shown. */
export function Table({ caption, className, children, ...rest }: TableProps) {
	const box = useRef<HTMLDivElement>(null);
	const scrolls = useScrolls(box);
	return (
		// A stop for the keyboard only where there is something to scroll.
		<div
			ref={box}
			className="overflow-x-auto"
			{...(scrolls ? { role: 'region', 'aria-label': caption, tabIndex: 0 } : {})}
		>
			<table {...rest} className={cx('w-full border-collapse text-left text-sm', className)}>
				<caption className="sr-only">{caption}</caption>
				{children}
			</table>
		</div>
	);
}

function useScrolls(box: { current: HTMLElement | null }): boolean {
	const [scrolls, setScrolls] = useState(false);
	useEffect(() => {
		const element = box.current;
		if (!element || typeof ResizeObserver === 'undefined') return;
		const observer = new ResizeObserver(() => setScrolls(element.scrollWidth > element.clientWidth));
		observer.observe(element);
		return () => observer.disconnect();
	}, [box]);
	return scrolls;
}

export function Th({ className, ...rest }: ComponentProps<'th'>) {
	return (
		<th
			scope="col"
			{...rest}
			className={cx(
				'border-b border-line px-4 py-2.5 text-xs font-medium whitespace-nowrap text-muted first:pl-5 last:pr-5',
				className,
			)}
		/>
	);
}

export function Td({ className, ...rest }: ComponentProps<'td'>) {
	return <td {...rest} className={cx('border-b border-line px-4 py-3 align-top first:pl-5 last:pr-5', className)} />;
}

export function Tr({ className, ...rest }: ComponentProps<'tr'>) {
	return <tr {...rest} className={cx('last:[&>td]:border-b-0 hover:bg-raised/40', className)} />;
}
