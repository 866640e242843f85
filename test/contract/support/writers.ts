import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { at, listAt, textAt } from '@/lib/core';
import type { RunningRegistry } from './oci-registries';
import { pathOf, type ToolName } from './tools';

const run = promisify(execFile);

/** What a publisher's release workflow does, with the programs publishers use. */
export type Writers = {
	/** `helm push` of an archive below `namespace`; the digest it reports. */
	pushChart(archive: string, namespace: string): Promise<string>;
	/** `oras push` of files with their media types; the digest it reports. `files` are names in `folder`. */
	pushFiles(
		reference: string,
		files: readonly string[],
		options: { folder: string; flags?: string[] },
	): Promise<string>;
	/** `oras attach` of one text; the digest of the attachment. */
	attach(reference: string, attachment: { type: string; name: string; text: string }): Promise<string>;
	/** `oras tag`: more tags for one manifest. */
	tag(reference: string, tags: readonly string[]): Promise<void>;
	/** `oras resolve`. */
	digestOf(reference: string): Promise<string>;
	/** `oras repo tags`. */
	tags(repository: string): Promise<string[]>;
	/** `oras discover`, one level deep. */
	attached(reference: string): Promise<{ digest: string; type: string }[]>;
};

/** Writers with a home of their own below `folder`: nothing of the user's configuration is read or changed. */
export async function createWriters(registry: RunningRegistry, folder: string): Promise<Writers> {
	const home = await mkdtemp(join(folder, 'home-'));
	const config = join(home, 'config.json');
	const { host, account } = registry;
	const auth = account === null ? '' : Buffer.from(`${account.username}:${account.password}`).toString('base64');
	await writeFile(config, JSON.stringify({ auths: account === null ? {} : { [host]: { auth } } }));
	const program = (name: ToolName) => runIn(home, name, { DOCKER_CONFIG: home, HELM_REGISTRY_CONFIG: config });
	const helm = program('helm');
	const oras = program('oras');
	const access = ['--plain-http', '--registry-config', config];
	const full = (reference: string) => `${host}/${reference}`;

	return {
		async pushChart(archive, namespace) {
			const said = await helm(['push', archive, `oci://${full(namespace)}`, '--plain-http']);
			const digest = /Digest: (sha256:[0-9a-f]{64})/.exec(said)?.[1];
			if (digest === undefined) throw new Error(`helm push reported no digest: ${said}`);
			return digest;
		},
		async pushFiles(reference, files, options) {
			const flags = [...(options.flags ?? []), '--format', 'json'];
			return digestIn(await oras(['push', ...access, ...flags, full(reference), ...files], options.folder));
		},
		async attach(reference, { type, name, text }) {
			const place = await mkdtemp(join(home, 'attach-'));
			await writeFile(join(place, name), text);
			const flags = ['--artifact-type', type, '--format', 'json'];
			return digestIn(await oras(['attach', ...access, ...flags, full(reference), `${name}:${type}`], place));
		},
		tag: async (reference, tags) => void (await oras(['tag', ...access, full(reference), ...tags])),
		digestOf: async (reference) => (await oras(['resolve', ...access, full(reference)])).trim(),
		tags: async (repository) => (await oras(['repo', 'tags', ...access, full(repository)])).trim().split('\n'),
		async attached(reference) {
			const found: unknown = JSON.parse(
				await oras(['discover', ...access, '--format', 'json', '--depth', '1', full(reference)]),
			);
			return listAt(found, 'referrers').map((entry) => ({
				digest: textAt(entry, 'digest') ?? '',
				type: textAt(entry, 'artifactType') ?? '',
			}));
		},
	};
}

/** `helm package` of a folder; the path of the archive. */
export async function packageChart(source: string, folder: string): Promise<string> {
	const target = await mkdtemp(join(folder, 'package-'));
	const home = join(target, 'home');
	await mkdir(home);
	const said = await runIn(home, 'helm', {})(['package', source, '--destination', target]);
	const path = /saved it to: (\S+\.tgz)/.exec(said)?.[1];
	if (path === undefined) throw new Error(`helm package reported no archive: ${said}`);
	return path;
}

/** A program whose whole world is `home`. Answers with what it printed, and throws with that when it fails. */
export function runIn(home: string, name: ToolName, more: Readonly<Record<string, string>>) {
	const env = { NODE_ENV: 'test' as const, PATH: process.env.PATH ?? '', HOME: home, TZ: 'UTC', ...more };
	return async (args: readonly string[], cwd = home): Promise<string> => {
		const { stdout, stderr } = await run(pathOf(name), args, { env, cwd, maxBuffer: 16 * 1024 * 1024 });
		return args.includes('json') || stdout.trim() !== '' ? stdout : stderr;
	};
}

function digestIn(json: string): string {
	const digest = at(JSON.parse(json), 'digest');
	if (typeof digest !== 'string') throw new Error(`oras reported no digest: ${json}`);
	return digest;
}
