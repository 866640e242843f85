import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { startRegistries } from '@/lib/sandbox';
import { startServer } from './server';
import { startTokenServer } from './token-server';
import { pathOf, type ToolName } from './tools';

/** A registry of the table: what it is known to do, and how to start one. The suite is the same for all of them. */
export type ContractRegistry = {
	name: string;
	needs: readonly ToolName[];
	auth: 'none' | 'basic' | 'token';
	hasReferrers: boolean;
	hasCatalog: boolean;
	/** Tags come in pages of at most 1000; the others ignore `n` and send everything. */
	pagesTags: boolean;
	/** Tokens come from another host, which an admin has to allow. */
	hasForeignTokens: boolean;
	/** Start an empty one; everything it writes is below `folder`. */
	start(folder: string): Promise<RunningRegistry>;
};

export type RunningRegistry = {
	/** `127.0.0.1:PORT`, plain http. */
	host: string;
	/** Somebody who may read and write; null where everybody may. */
	account: Account | null;
	/** Hosts besides the registry that tokens or blobs come from. */
	otherHosts: string[];
	/** Change what is stored under a digest, as a failing disk would; the registry does not notice. */
	rot(digest: string): Promise<void>;
	/** Let everybody read a repository; only where tokens say who may. */
	makePublic(repository: string): void;
	close(): Promise<void>;
};

type Account = { username: string; password: string };
type SandboxManners = NonNullable<Parameters<typeof startRegistries>[0]['oci']>;

const account: Account = { username: 'reader', password: 'contract-reader-password' };
/** bcrypt of the password above; registries take nothing else, and Node has no bcrypt. */
const HTPASSWD = 'reader:$2a$05$xbm8r1t5owOnbKVkKK4qYO1AbLNNTMAe8heySkRxArw.Xydc/ul2a\n';

export const registries: readonly ContractRegistry[] = [
	{
		name: 'Debian docker-registry, open',
		needs: ['docker-registry'],
		...{ auth: 'none', hasReferrers: false, hasCatalog: true, pagesTags: false, hasForeignTokens: false },
		start: (folder) => startDistribution('docker-registry', folder, {}),
	},
	{
		name: 'Debian docker-registry, htpasswd',
		needs: ['docker-registry'],
		...{ auth: 'basic', hasReferrers: false, hasCatalog: true, pagesTags: false, hasForeignTokens: false },
		async start(folder) {
			const path = join(folder, 'htpasswd');
			await writeFile(path, HTPASSWD);
			const running = await startDistribution('docker-registry', folder, {
				auth: { htpasswd: { realm: 'contract', path } },
			});
			return { ...running, account };
		},
	},
	{
		name: 'distribution 3, token',
		needs: ['distribution'],
		...{ auth: 'token', hasReferrers: false, hasCatalog: true, pagesTags: true, hasForeignTokens: true },
		start: startDistributionWithTokens,
	},
	{
		name: 'olareg',
		needs: ['olareg'],
		...{ auth: 'none', hasReferrers: true, hasCatalog: false, pagesTags: true, hasForeignTokens: false },
		start: startOlareg,
	},
	{
		name: 'sandbox like ghcr.io',
		needs: [],
		...{ auth: 'token', hasReferrers: false, hasCatalog: false, pagesTags: true, hasForeignTokens: false },
		start: () => startSandbox({}),
	},
	{
		name: 'sandbox like an old registry',
		needs: [],
		...{ auth: 'basic', hasReferrers: false, hasCatalog: true, pagesTags: false, hasForeignTokens: false },
		start: () => startSandbox({ auth: 'basic', hasCatalog: true, pageSize: null, redirectsBlobs: false }),
	},
	{
		name: 'sandbox like a modern registry',
		needs: [],
		...{ auth: 'none', hasReferrers: true, hasCatalog: true, pagesTags: true, hasForeignTokens: false },
		start: () => startSandbox({ auth: 'none', hasReferrers: true, hasCatalog: true, redirectsBlobs: false }),
	},
];

async function startDistribution(
	tool: 'docker-registry' | 'distribution',
	folder: string,
	more: Readonly<Record<string, unknown>>,
): Promise<RunningRegistry> {
	const root = join(folder, 'storage');
	await mkdir(root);
	const server = await startServer(
		tool,
		async (port) => {
			const config = join(folder, 'registry.yml');
			const settings = {
				version: '0.1',
				log: { level: 'warn', accesslog: { disabled: true } },
				storage: { filesystem: { rootdirectory: root } },
				http: { addr: `127.0.0.1:${port}`, secret: 'contract' },
				...more,
			};
			await writeFile(config, stringify(settings));
			const env = { OTEL_TRACES_EXPORTER: 'none' };
			return { command: pathOf(tool), args: ['serve', config], cwd: folder, env };
		},
		'/v2/',
	);
	return {
		host: server.host,
		account: null,
		otherHosts: [],
		rot(digest) {
			const hex = digest.replace('sha256:', '');
			return rotFile(join(root, 'docker/registry/v2/blobs/sha256', hex.slice(0, 2), hex, 'data'));
		},
		makePublic: allPublic,
		close: server.close,
	};
}

async function startDistributionWithTokens(folder: string): Promise<RunningRegistry> {
	const { realm, host, issuer, service, jwks, makePublic, close } = await startTokenServer(account);
	const keys = join(folder, 'jwks.json');
	await writeFile(keys, jwks);
	const token = { realm, issuer, service, jwks: keys };
	const running = await startDistribution('distribution', folder, { auth: { token } });
	return {
		...running,
		account,
		otherHosts: [host],
		makePublic,
		async close() {
			await running.close();
			await close();
		},
	};
}

async function startOlareg(folder: string): Promise<RunningRegistry> {
	const root = join(folder, 'storage');
	await mkdir(root);
	const server = await startServer(
		'olareg',
		async (port) => ({
			command: pathOf('olareg'),
			args: ['serve', '--addr', '127.0.0.1', '--port', `${port}`, '--dir', root],
			cwd: folder,
		}),
		'/v2/',
	);
	return {
		host: server.host,
		account: null,
		otherHosts: [],
		rot: (digest) => rotEverywhere(root, digest.replace('sha256:', '')),
		makePublic: allPublic,
		close: server.close,
	};
}

async function startSandbox(oci: SandboxManners): Promise<RunningRegistry> {
	const sandbox = await startRegistries({ dataDir: null, packs: [], oci });
	const isOpen = oci.auth === 'none';
	return {
		host: sandbox.registryHost,
		account: isOpen ? null : { username: 'release', password: sandbox.publisherToken },
		otherHosts: oci.redirectsBlobs === false ? [] : [new URL(sandbox.storageUrl).host],
		rot: async (digest) => sandbox.registries.tamper(digest),
		makePublic(repository) {
			const found = sandbox.registries.state.oci.get(repository);
			if (found) found.visibility = 'public';
		},
		close: () => sandbox.close(),
	};
}

function allPublic(): never {
	throw new Error('This registry knows no private repositories.');
}

/** olareg keeps an OCI layout per repository: the same blob may be in several. */
async function rotEverywhere(root: string, hex: string): Promise<void> {
	const files = await readdir(root, { recursive: true });
	const found = files.filter((file) => file.endsWith(`/blobs/sha256/${hex}`));
	if (found.length === 0) throw new Error(`olareg keeps no blob ${hex}`);
	for (const file of found) await rotFile(join(root, file));
}

/** One letter of a manifest's text, or one bit of anything else: still the same size, and JSON stays JSON. */
export async function rotFile(path: string): Promise<void> {
	const bytes = await readFile(path);
	const letter = bytes.indexOf('contract test');
	const position = letter === -1 ? Math.floor(bytes.length / 2) : letter;
	bytes[position] = (bytes[position] ?? 0) ^ 1;
	await writeFile(path, bytes);
}
