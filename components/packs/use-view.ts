'use client';

import { useSearchParams } from 'next/navigation';
import { useState } from 'react';

/** Which version and which tab a pack page shows, kept in the address. */
export function useView(): [
	{ version: string | null; tab: string },
	(change: { version?: string; tab?: string }) => void,
] {
	const search = useSearchParams();
	const [view, setView] = useState({ version: search.get('version'), tab: search.get('tab') ?? 'versions' });
	return [
		view,
		(change) => {
			const next = { ...view, ...change };
			setView(next);
			const address = new URLSearchParams();
			if (next.version) address.set('version', next.version);
			if (next.tab !== 'versions') address.set('tab', next.tab);
			const query = address.toString();
			window.history.replaceState(null, '', window.location.pathname + (query ? `?${query}` : ''));
		},
	];
}
