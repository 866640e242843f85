'use client';

import { type KeyboardEvent, type ReactNode, useId, useRef } from 'react';
import { cx } from './cx';

export type Tab = { id: string; label: ReactNode; content: ReactNode };

type TabsProps = { label: string; tabs: readonly Tab[]; selected: string; onSelect: (id: string) => void };

/** Tabs after the WAI-ARIA pattern with automatic activation: arrows move, Home and End jump. */
export function Tabs({ label, tabs, selected, onSelect }: TabsProps) {
	const base = useId();
	const list = useRef<HTMLDivElement>(null);
	const current = tabs.find((tab) => tab.id === selected) ?? tabs[0];

	function move(event: KeyboardEvent) {
		const index = tabs.findIndex((tab) => tab.id === current?.id);
		const target = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: tabs.length - 1 }[event.key];
		if (target === undefined) return;
		event.preventDefault();
		const next = (target + tabs.length) % tabs.length;
		const tab = tabs[next];
		if (!tab) return;
		onSelect(tab.id);
		list.current?.querySelectorAll<HTMLElement>('[role=tab]')[next]?.focus();
	}

	return (
		<div>
			<div
				ref={list}
				role="tablist"
				aria-label={label}
				tabIndex={-1}
				onKeyDown={move}
				className="flex gap-1 overflow-x-auto border-b border-line [scrollbar-width:none]"
			>
				{tabs.map((tab) => (
					<button
						key={tab.id}
						type="button"
						role="tab"
						id={`${base}-${tab.id}-tab`}
						aria-selected={tab.id === current?.id}
						aria-controls={`${base}-${tab.id}`}
						tabIndex={tab.id === current?.id ? 0 : -1}
						onClick={() => onSelect(tab.id)}
						className={cx(
							'-mb-px inline-flex shrink-0 items-center gap-2 border-b-2 px-3 py-2.5 text-sm font-medium whitespace-nowrap focus-visible:-outline-offset-2',
							tab.id === current?.id ? 'border-copper text-ink' : 'border-transparent text-muted hover:text-ink',
						)}
					>
						{tab.label}
					</button>
				))}
			</div>
			{current ? (
				<div
					role="tabpanel"
					id={`${base}-${current.id}`}
					aria-labelledby={`${base}-${current.id}-tab`}
					className="pt-5"
				>
					{current.content}
				</div>
			) : null}
		</div>
	);
}
