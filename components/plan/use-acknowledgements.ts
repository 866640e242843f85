'use client';

import { useMemo, useState } from 'react';
import type { Acknowledgement, Plan } from '@/lib/contracts/plans';

export type Acknowledged = {
	/** What was ticked (`'yes'`) or typed, by id. */
	given: Readonly<Record<string, string>>;
	give: (id: string, text: string) => void;
	/** What is satisfied, as a submit sends it: the id of a tick, `id=text` of what was typed. */
	done: string[];
	/** How many are still open. */
	open: number;
};

/** Ticks and typed confirmations of one plan; another plan starts with none. */
export function useAcknowledgements(plan: Pick<Plan, 'hash' | 'acknowledgements'> | null): Acknowledged {
	const hash = plan?.hash ?? '';
	const [state, setState] = useState<{ hash: string; given: Record<string, string> }>({ hash, given: {} });
	const given = state.hash === hash ? state.given : nothing;
	return useMemo(() => {
		const items = plan?.acknowledgements ?? [];
		const done = items
			.filter((item) => isSatisfied(item, given[item.id] ?? ''))
			.map((item) => (item.typed === null ? item.id : `${item.id}=${item.typed}`));
		return {
			given,
			give: (id, text) =>
				setState((current) => ({ hash, given: { ...(current.hash === hash ? current.given : {}), [id]: text } })),
			done,
			open: items.length - done.length,
		};
	}, [plan, given, hash]);
}

export function isSatisfied(item: Acknowledgement, given: string): boolean {
	return item.typed === null ? given === 'yes' : given.trim() === item.typed;
}

const nothing: Record<string, string> = {};
