import { closeSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { AppError, isRecord, textAt } from '@/lib/core';
import type { Certificate } from './certificate';
import type { KubeObject } from './object';
import type { Change, ObjectStore } from './store';

/**
 * The pretend cluster's memory: JSON lines, a head and then one line for every change. Like etcd it writes a change
 * down before anybody hears of it, so that `kill -9` loses nothing a client was told. It holds the Secrets too:
 * owner-readable only.
 */
const Head = z.object({
	format: z.literal(2),
	port: z.int(),
	certificate: z.object({ certPem: z.string(), keyPem: z.string() }),
	resourceVersion: z.int(),
});
const Line = z.union([
	z.object({ put: z.custom<KubeObject>(isStoredObject) }),
	z.object({ drop: z.string(), resourceVersion: z.int() }),
]);
type Line = z.infer<typeof Line>;
export type State = z.infer<typeof Head> & { objects: KubeObject[] };

/** The file is written anew, without what later changes made void, when this much was added to it. */
const REWRITE_AFTER_BYTES = 16 * 1024 * 1024;

/**
 * The state kept at `path`, or undefined when there is none yet. A last line that was cut off by a crash was never
 * answered for, and is left out.
 * @throws {AppError} internal, when the file exists but cannot be used
 */
export async function loadState(path: string): Promise<State | undefined> {
	try {
		const [head = '', ...lines] = (await readFile(path, 'utf8')).split('\n');
		// What follows the last line break is empty, or half a line.
		lines.pop();
		const start = Head.parse(JSON.parse(head));
		// A change that caused another one is written after it: only the versions tell the order.
		const changes = lines.map((text) => Line.parse(JSON.parse(text))).sort((a, b) => versionAfter(a) - versionAfter(b));
		const objects = new Map<string, KubeObject>();
		for (const change of changes) {
			if ('put' in change) objects.set(change.put.metadata.uid, change.put);
			else objects.delete(change.drop);
		}
		const resourceVersion = Math.max(start.resourceVersion, ...changes.slice(-1).map(versionAfter));
		return { ...start, resourceVersion, objects: [...objects.values()] };
	} catch (cause) {
		if (isRecord(cause) && cause.code === 'ENOENT') return undefined;
		throw new AppError('internal', `The sandbox cluster's state in ${path} cannot be read.`, {
			hint: `Delete ${path} to start with an empty sandbox cluster.`,
			cause,
		});
	}
}

export type StateSaver = { close: () => void };

/** Write every change of the store to `path` as it happens; `close` leaves a file without void lines. */
export function keepSaving(
	store: ObjectStore,
	{
		path,
		port,
		certificate,
		onError,
	}: { path: string; port: number; certificate: Certificate; onError: (error: unknown) => void },
): StateSaver {
	mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
	let file = rewrite();
	let added = 0;
	const unsubscribe = store.subscribe((change) => {
		try {
			added += writeSync(file, lineOf(change));
			if (added > REWRITE_AFTER_BYTES) renew();
		} catch (error) {
			onError(error);
		}
	});
	return {
		close() {
			unsubscribe();
			renew();
			closeSync(file);
		},
	};

	function renew(): void {
		closeSync(file);
		file = rewrite();
		added = 0;
	}

	/** A reader (or a crash) sees the old file or the new one, never a part. Returns the new one, open at its end. */
	function rewrite(): number {
		const { resourceVersion, objects } = store.everything();
		const lines = [{ format: 2, port, certificate, resourceVersion }, ...objects.map((object) => ({ put: object }))];
		const scratch = `${path}.tmp`;
		const next = openSync(scratch, 'w', 0o600);
		writeSync(next, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
		renameSync(scratch, path);
		return next;
	}
}

function lineOf({ type, object, resourceVersion }: Change): string {
	const line: Line = type === 'DELETED' ? { drop: object.metadata.uid, resourceVersion } : { put: object };
	return `${JSON.stringify(line)}\n`;
}

function versionAfter(line: Line): number {
	return 'put' in line ? Number(line.put.metadata.resourceVersion) : line.resourceVersion;
}

function isStoredObject(value: unknown): boolean {
	const metadata = isRecord(value) ? value.metadata : undefined;
	return [textAt(value, 'apiVersion'), textAt(value, 'kind'), textAt(metadata, 'name'), textAt(metadata, 'uid')].every(
		Boolean,
	);
}
