import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'pg';

/** Something that passed by, for a search. */
export type Overheard = { place: string; content: unknown };

export type Eavesdropper = {
	/** Everything so far; waits for answers that are still being read. */
	heard(): Promise<Overheard[]>;
	/** Programs that were seen as children of this process, by the first word of their command line. */
	programs(): string[];
	stop(): Promise<void>;
};

const LOOK_EVERY_MS = 15;

/**
 * Listen to what leaves memory while a story runs: address and headers of every request this process makes, headers
 * and body of every answer it gets, command line and environment of its children, and every file below `folder`
 * however short it lives. Replaces `globalThis.fetch` until `stop`.
 */
export function eavesdrop(folder: string): Eavesdropper {
	const heard: Overheard[] = [];
	const reading = new Set<Promise<void>>();
	const programs = new Set<string>();
	const seen = new Set<string>();
	const original = globalThis.fetch;
	globalThis.fetch = async (input, init) => {
		const request = new Request(input instanceof Request ? input.clone() : input, {
			...(init?.headers === undefined ? {} : { headers: init.headers }),
		});
		const place = `${init?.method ?? request.method} ${request.url}`;
		heard.push({ place: `request ${place}`, content: [request.url, ...request.headers.entries()] });
		const response = await original(input, init);
		heard.push({ place: `headers of ${place}`, content: [...response.headers.entries()] });
		const task = response
			.clone()
			.arrayBuffer()
			.then((body) => void heard.push({ place: `body of ${place}`, content: new Uint8Array(body) }))
			.catch(() => {}) // Aborted by whoever asked: there is no more to hear.
			.finally(() => reading.delete(task));
		reading.add(task);
		return response;
	};

	const ending = new AbortController();
	const looking = (async () => {
		while (!ending.signal.aborted) {
			await Promise.all([lookAtChildren(), lookAtFiles()]);
			await delay(LOOK_EVERY_MS);
		}
	})();

	async function lookAtChildren(): Promise<void> {
		for (const pid of await descendantsOf(process.pid)) {
			// ENOENT, ESRCH: it has ended between the two looks.
			const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
			const key = `${pid} ${command}`;
			if (command === '' || seen.has(key)) continue;
			seen.add(key);
			programs.add(command.split('\0')[0] ?? '');
			heard.push({ place: `command line of ${pid}`, content: command.split('\0') });
			const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
			heard.push({ place: `environment of ${pid}`, content: environment.split('\0') });
		}
	}

	async function lookAtFiles(): Promise<void> {
		for (const name of await readdir(folder, { recursive: true }).catch(() => [])) {
			if (seen.has(name)) continue;
			const path = join(folder, name);
			// EISDIR, ENXIO (a socket), ENOENT: nothing to read, or not any more. A link's target is not ours.
			const isLink = await readlink(path).then(
				() => true,
				() => false,
			);
			const bytes = isLink ? null : await readFile(path).catch(() => null);
			if (bytes === null || bytes.length === 0) continue;
			seen.add(name);
			heard.push({ place: `temporary file ${name}`, content: bytes });
		}
	}

	return {
		heard: async () => {
			await Promise.all(reading);
			return heard;
		},
		programs: () => [...programs],
		stop: async () => {
			globalThis.fetch = original;
			ending.abort();
			await looking;
		},
	};
}

/** Every value of every row of every table. */
export async function everyRow(pool: Pool): Promise<Overheard[]> {
	const tables = await pool.query<{ name: string }>(
		`select format('%I.%I', table_schema, table_name) as name from information_schema.tables
		where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'`,
	);
	const rows: Overheard[] = [];
	for (const { name } of tables.rows) {
		const found = await pool.query<Record<string, unknown>>(`select * from ${name}`);
		for (const [index, row] of found.rows.entries())
			for (const [column, content] of Object.entries(row)) rows.push({ place: `${name}.${column} #${index}`, content });
	}
	return rows;
}

async function descendantsOf(pid: number): Promise<number[]> {
	const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
	const lists = await Promise.all(
		threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/children`, 'utf8').catch(() => '')),
	);
	const children = lists.flatMap((list) => list.split(' ').filter((text) => text !== '')).map(Number);
	const below = await Promise.all(children.map(descendantsOf));
	return [...children, ...below.flat()];
}
