'use client';

import { useSearchParams } from 'next/navigation';
import { useEffect, useState } from 'react';
import { type PackSelection, readSelection, writeSelection } from './pack-filter';

const SETTLED_MS = 250;
const everything: PackSelection = { q: '', shape: null, state: 'all' };

/** Search and filters, kept in the address so that a reload, a link and Back show the same list. */
export function useSelection(): [PackSelection, (change: Partial<PackSelection>) => void, () => void] {
	const search = useSearchParams();
	const [selection, setSelection] = useState(() => readSelection(search));
	useEffect(() => {
		// Written when typing pauses: browsers limit how often an address may change.
		const timer = setTimeout(() => {
			const address = window.location.pathname + writeSelection(selection);
			if (address !== window.location.pathname + window.location.search) window.history.replaceState(null, '', address);
		}, SETTLED_MS);
		return () => clearTimeout(timer);
	}, [selection]);
	return [
		selection,
		(change) => setSelection((current) => ({ ...current, ...change })),
		() => setSelection(everything),
	];
}
