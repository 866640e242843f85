import type { PackShape, PackSummary } from '@/lib/contracts/packs';

export const shapeWords = {
	'full-stack': 'Backend and frontend',
	backend: 'Backend',
	frontend: 'Frontend',
	bundle: 'Bundle of apps',
	services: 'Several services',
	'manifest-only': 'Manifest only',
	unknown: 'Unknown shape',
} satisfies Record<PackShape, string>;

export const stateWords = {
	all: 'All packs',
	installable: 'Can be installed',
	installed: 'Installed here',
	blocked: 'Cannot be installed',
} as const;
export type PackState = keyof typeof stateWords;

export type PackSelection = { q: string; shape: PackShape | null; state: PackState };

/** Lower-case text of every pack, made once per list, so that a keystroke costs one `includes` per pack and word. */
export type SearchIndex = readonly { pack: PackSummary; name: string; text: string }[];

export function indexPacks(packs: readonly PackSummary[]): SearchIndex {
	return packs.map((pack) => ({
		pack,
		name: pack.name.toLowerCase(),
		text: [pack.name, pack.slug, pack.description, pack.author, shapeWords[pack.shape]].join('\n').toLowerCase(),
	}));
}

/** Packs that contain every word; those whose name starts with the text first, otherwise in the order given. */
export function selectPacks(index: SearchIndex, { q, shape, state }: PackSelection): PackSummary[] {
	const query = q.trim().toLowerCase();
	const words = query.split(/\s+/).filter(Boolean);
	const found = index.filter(
		({ pack, text }) =>
			(shape === null || pack.shape === shape) && inState(pack, state) && words.every((word) => text.includes(word)),
	);
	if (query === '') return found.map(({ pack }) => pack);
	const [first, rest] = [
		found.filter(({ name }) => name.startsWith(query)),
		found.filter(({ name }) => !name.startsWith(query)),
	];
	return [...first, ...rest].map(({ pack }) => pack);
}

/** The selection an address carries; anything unknown in it is ignored. */
export function readSelection(search: Pick<URLSearchParams, 'get'>): PackSelection {
	const shape = search.get('shape');
	const state = search.get('state');
	return {
		q: search.get('q') ?? '',
		shape: isShape(shape) ? shape : null,
		state: isState(state) ? state : 'all',
	};
}

/** `?q=…&shape=…&state=…` without what is not chosen; empty when nothing is. */
export function writeSelection({ q, shape, state }: PackSelection): string {
	const search = new URLSearchParams();
	if (q.trim() !== '') search.set('q', q);
	if (shape !== null) search.set('shape', shape);
	if (state !== 'all') search.set('state', state);
	const text = search.toString();
	return text === '' ? '' : `?${text}`;
}

export function isShape(value: string | null): value is PackShape {
	return value !== null && Object.hasOwn(shapeWords, value);
}

export function isState(value: string | null): value is PackState {
	return value !== null && Object.hasOwn(stateWords, value);
}

function inState(pack: PackSummary, state: PackState): boolean {
	if (state === 'installable') return pack.installable;
	if (state === 'blocked') return !pack.installable;
	return state === 'installed' ? pack.installs.length > 0 : true;
}
