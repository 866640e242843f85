import { randomUUID } from 'node:crypto';
import type { Database } from '@/lib/db';
import type { DiscoveredPack } from '@/lib/registry';
import type { DigestStore } from './artifacts/store';
import { insertPacks, insertVersions, updatePacks } from './bulk';
import { latestOf, outlineOf, packFacts } from './facts';
import { newestFirst } from './order';
import type { ReadVersion } from './store';

/** Collects what one sync reads and saves it in a few large transactions. */
export type Writer = {
	/** A pack whose versions are about to be read; `id` = null for one that the catalog does not have yet. */
	open(pack: DiscoveredPack, id: string | null): OpenPack;
	/** Save everything that was added. A pack that cannot be saved does not keep the others from it. */
	flush(): Promise<void>;
};

export type OpenPack = {
	readonly id: string;
	/** A new version; waits while many wait to be saved. Throws what kept earlier ones from being saved. */
	add(version: ReadVersion): Promise<void>;
	/**
	 * It was read to its end. True: what lists show of it is saved with the rest, later, and `onFailed` hears when that
	 * fails. False: part of it is saved already and others may have changed it since, so the caller has to read what lists
	 * show from the database, after `saved`.
	 */
	finish(fingerprint: string): boolean;
	/** Save what was added so far, or throw what kept it from being saved. */
	saved(): Promise<void>;
};

type Options = {
	db: Pick<Database, 'bulk'>;
	artifacts: Pick<DigestStore, 'flush'>;
	source: { id: string; name: string };
	now: () => Date;
	onFailed: (pack: string, error: unknown) => void;
};

type Entry = {
	id: string;
	pack: DiscoveredPack;
	isNew: boolean;
	versions: ReadVersion[];
	/** Set once it was read to its end. */
	fingerprint: string | null;
	/** When it was opened, or the first of its waiting versions was added; on the clock of `performance`. */
	since: number;
	failure: { error: unknown } | null;
};

/** What is saved of an entry in one go. */
type Part = Pick<Entry, 'id' | 'pack' | 'isNew' | 'versions' | 'fingerprint'> & { entry: Entry };

/** Versions that wait to be saved, of all packs and of one that is still being read; a crash loses at most twice these. */
const MOST_WAITING = 128;
const MOST_OF_ONE = 32;
const MOST_CHARACTERS = 8 * 1024 * 1024;
/** A version that waits longer than this is saved at the next look, even when its pack is still being read. */
const WAIT_MS = 1_000;
const LOOK_MS = 500;

export function createWriter(options: Options): Writer {
	const entries = new Set<Entry>();
	let timer: NodeJS.Timeout | undefined;
	let count = 0;
	let characters = 0;
	let last: Promise<void> = Promise.resolve();

	/** One transaction after the other; what is added meanwhile is part of the next one. */
	function write(isWanted: (entry: Entry) => boolean): Promise<void> {
		last = last.then(async () => {
			const parts = [...entries].filter((entry) => isWanted(entry) && hasNews(entry)).map(take);
			if (parts.length > 0) await save(options, parts);
		});
		return last;
	}

	function take(entry: Entry): Part {
		const { id, pack, isNew, fingerprint } = entry;
		const versions = entry.versions.splice(0);
		count -= versions.length;
		characters -= lengthOf(versions);
		entry.isNew = false;
		if (fingerprint !== null) entries.delete(entry);
		return { entry, id, pack, isNew, versions, fingerprint };
	}

	function flush(): Promise<void> {
		clearTimeout(timer);
		timer = undefined;
		return write(() => true);
	}

	function remind(): void {
		timer ??= setTimeout(() => {
			timer = undefined;
			const old = performance.now() - WAIT_MS;
			void write((entry) => isDue(entry) || entry.since <= old);
			if (entries.size > 0) remind();
		}, LOOK_MS).unref();
	}

	return {
		flush,
		open(pack, known) {
			const id = known ?? randomUUID();
			const entry: Entry = {
				id,
				pack,
				isNew: known === null,
				versions: [],
				fingerprint: null,
				since: performance.now(),
				failure: null,
			};
			entries.add(entry);
			const check = () => {
				if (entry.failure !== null) throw entry.failure.error;
			};
			return {
				id,
				async add(version) {
					check();
					if (entry.versions.length === 0) entry.since = performance.now();
					entry.versions.push(version);
					count += 1;
					characters += lengthOf([version]);
					remind();
					if (characters >= MOST_CHARACTERS) await flush();
					else if (count >= MOST_WAITING) {
						// Reading goes on while one part is saved, but not while two are.
						const before = last;
						void write(isDue);
						await before;
					}
				},
				finish(fingerprint) {
					check();
					if (!entry.isNew) return false;
					entry.fingerprint = fingerprint;
					remind();
					return true;
				},
				async saved() {
					// Not everything: what is still being read of other packs is better saved with their end.
					await write((other) => other === entry || isDue(other));
					entries.delete(entry);
					check();
				},
			};
		},
	};
}

function hasNews({ isNew, versions, fingerprint }: Entry): boolean {
	return isNew || versions.length > 0 || fingerprint !== null;
}

/** Packs that are being read wait for their end, unless they are long. */
function isDue({ versions, fingerprint }: Entry): boolean {
	return fingerprint !== null || versions.length >= MOST_OF_ONE;
}

function lengthOf(versions: readonly ReadVersion[]): number {
	return versions.reduce((sum, { manifestRaw }) => sum + (manifestRaw?.length ?? 0), 0);
}

/** All in one transaction; when that fails one by one, so that the pack that is to blame stays the only one. */
async function save(options: Options, parts: readonly Part[]): Promise<void> {
	try {
		await saveTogether(options, parts);
	} catch (error) {
		for (const part of parts) {
			const problem = parts.length === 1 ? { error } : await attempt(() => saveTogether(options, [part]));
			if (problem === null) continue;
			part.entry.failure = problem;
			if (part.fingerprint !== null) options.onFailed(part.pack.name, problem.error);
		}
	}
}

async function saveTogether({ db, artifacts, source, now }: Options, parts: readonly Part[]): Promise<void> {
	// Artifacts first: nothing in the catalog may refer to bytes that a crash has lost.
	await artifacts.flush();
	const fresh = parts.filter(({ isNew }) => isNew).map(({ id, pack }) => ({ id, key: pack.name }));
	const versions = parts.flatMap((part) => part.versions);
	const finished = parts.flatMap(({ id, pack, versions: all, fingerprint }) =>
		fingerprint === null ? [] : [{ id, fingerprint, ...factsOf(pack, all) }],
	);
	await db.bulk([
		...(fresh.length > 0 ? [insertPacks(source, fresh)] : []),
		...(versions.length > 0 ? [insertVersions(versions, now())] : []),
		...(finished.length > 0 ? [updatePacks(finished, now())] : []),
	]);
}

/** Of a pack that nobody else can have touched: all its versions are at hand. */
function factsOf(pack: DiscoveredPack, versions: readonly ReadVersion[]) {
	const sorted = [...versions].sort(newestFirst);
	const named = sorted.find(({ manifest }) => manifest !== null && manifest.id !== '')?.manifest ?? null;
	return packFacts(pack, sorted.map(outlineOf), { latest: latestOf(sorted), named });
}

async function attempt(work: () => Promise<void>): Promise<{ error: unknown } | null> {
	return work().then(
		() => null,
		(error: unknown) => ({ error }),
	);
}
