import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { AppError, isRecord, textAt } from '@/lib/core';
import type { Certificate } from './certificate';
import type { KubeObject } from './object';
import type { ObjectStore } from './store';

/** Everything that survives a restart. It holds the pretend cluster's Secrets, as etcd does: owner-readable only. */
const StateFile = z.object({
	format: z.literal(1),
	port: z.int(),
	certificate: z.object({ certPem: z.string(), keyPem: z.string() }),
	resourceVersion: z.int(),
	objects: z.array(z.custom<KubeObject>(isStoredObject)),
});
export type StateFile = z.infer<typeof StateFile>;

/** A crash loses the changes of at most this time plus one write. */
const SAVE_AFTER_MS = 150;

/**
 * The state kept at `path`, or undefined when there is none yet.
 * @throws {AppError} internal, when the file exists but cannot be used
 */
export async function loadState(path: string): Promise<StateFile | undefined> {
	try {
		return StateFile.parse(JSON.parse(await readFile(path, 'utf8')));
	} catch (cause) {
		if (isRecord(cause) && cause.code === 'ENOENT') return undefined;
		throw new AppError('internal', `The sandbox cluster's state in ${path} cannot be read.`, {
			hint: `Delete ${path} to start with an empty sandbox cluster.`,
			cause,
		});
	}
}

export type StateSaver = { flush: () => Promise<void> };

/** Write the store to `path` shortly after every change, one write at a time; `flush` writes what is outstanding and stops. */
export function keepSaving(
	store: ObjectStore,
	{
		path,
		port,
		certificate,
		onError,
	}: { path: string; port: number; certificate: Certificate; onError: (error: unknown) => void },
): StateSaver {
	/** Stored objects never change, so the text of one is computed once. */
	const texts = new WeakMap<KubeObject, string>();
	let timer: NodeJS.Timeout | undefined;
	let writing: Promise<void> = Promise.resolve();
	const unsubscribe = store.subscribe(schedule);
	schedule();

	return {
		async flush() {
			unsubscribe();
			clearTimeout(timer);
			await writing;
			await write();
		},
	};

	function schedule(): void {
		// Not put off by further changes: a busy cluster is saved as often as a quiet one.
		timer ??= setTimeout(() => {
			timer = undefined;
			writing = writing.then(write).catch(onError);
		}, SAVE_AFTER_MS).unref();
	}

	async function write(): Promise<void> {
		const { resourceVersion, objects } = store.everything();
		const head = JSON.stringify({ format: 1, port, certificate, resourceVersion }).slice(0, -1);
		await writeAtomically(path, `${head},"objects":[\n${objects.map(textOf).join(',\n')}\n]}\n`);
	}

	function textOf(object: KubeObject): string {
		const known = texts.get(object) ?? JSON.stringify(object);
		texts.set(object, known);
		return known;
	}
}

/** A reader (or a crash) sees the old file or the new one, never a part. */
async function writeAtomically(path: string, text: string): Promise<void> {
	await mkdir(dirname(path), { recursive: true, mode: 0o700 });
	const scratch = `${path}.tmp`;
	const file = await open(scratch, 'w', 0o600);
	try {
		await file.writeFile(text);
	} finally {
		await file.close();
	}
	await rename(scratch, path);
}

function isStoredObject(value: unknown): boolean {
	const metadata = isRecord(value) ? value.metadata : undefined;
	return [textAt(value, 'apiVersion'), textAt(value, 'kind'), textAt(metadata, 'name'), textAt(metadata, 'uid')].every(
		Boolean,
	);
}
