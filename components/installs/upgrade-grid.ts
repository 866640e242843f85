import type { MatrixCell, UpgradeMatrix } from '@/lib/contracts/matrix';

export type GridRow = {
	installId: string;
	/** namespace/release */
	name: string;
	version: string;
	/** One entry per column; null where the install runs that version or a newer one already. */
	cells: readonly (MatrixCell | null)[];
};

export type PackGrid = {
	packId: string;
	packName: string;
	slug: string;
	/** Newest first: what an admin asks about stands next to the name. */
	versions: readonly string[];
	/** Installs with a way to go; those that have none are only counted. */
	rows: readonly GridRow[];
	upToDate: number;
	/** Why versions are blocked, each said once. */
	reasons: readonly { version: string; sentence: string }[];
};

type Row = UpgradeMatrix['rows'][number];

/** The matrix as one table per pack: packs with something newer first, in the order given. `q` searches packs and installs. */
export function packGrids({ rows }: UpgradeMatrix, q: string): PackGrid[] {
	const words = q.toLowerCase().split(/\s+/).filter(Boolean);
	const byPack = new Map<string, Row[]>();
	for (const row of rows) {
		if (fits(row, words)) byPack.set(row.packId, [...(byPack.get(row.packId) ?? []), row]);
	}
	const grids = [...byPack.values()].map(gridOf);
	return [...grids.filter(({ rows: open }) => open.length > 0), ...grids.filter(({ rows: open }) => open.length === 0)];
}

/** How many installs can take which newest step; "newest" is the newest version each of them may go to. */
export function gridSummary({ rows }: UpgradeMatrix): { safe: number; answers: number; blocked: number; none: number } {
	const sum = { safe: 0, answers: 0, blocked: 0, none: 0 };
	for (const { cells } of rows) sum[cells.at(-1)?.state ?? 'none'] += 1;
	return sum;
}

function fits({ packName, slug, namespace, release }: Row, words: readonly string[]): boolean {
	const text = `${packName} ${slug} ${namespace}/${release}`.toLowerCase();
	return words.every((word) => text.includes(word));
}

function gridOf(rows: readonly Row[]): PackGrid {
	const [first] = rows;
	if (first === undefined) throw new Error('a pack without installs is in no group');
	// Whatever is newer than one install is newer than every older one: the longest row names all columns.
	const longest = rows.reduce((most, { cells }) => (cells.length > most.length ? cells : most), first.cells);
	const versions = longest.map(({ version }) => version).reverse();
	const open = rows.filter(({ cells }) => cells.length > 0);
	return {
		packId: first.packId,
		packName: first.packName,
		slug: first.slug,
		versions,
		rows: open.map(({ installId, namespace, release, version, cells }) => ({
			installId,
			name: `${namespace}/${release}`,
			version,
			cells: versions.map((column) => cells.find((cell) => cell.version === column) ?? null),
		})),
		upToDate: rows.length - open.length,
		reasons: versions.flatMap((version) =>
			[...new Set(open.flatMap(({ cells }) => blockersOf(cells, version)))].map((sentence) => ({ version, sentence })),
		),
	};
}

function blockersOf(cells: readonly MatrixCell[], version: string): readonly string[] {
	return cells.find((cell) => cell.version === version)?.blockedBy ?? [];
}
