import { join } from 'node:path';
import { createGithubHandler } from './github';
import { isoSeconds } from './iso-seconds';
import { openJournal } from './journal';
import { type Listener, listen } from './listen';
import { createNpmHandler } from './npm';
import { createOciHandler, type OciOptions } from './oci';
import { examplePacks } from './packs';
import type { PackDefinition } from './packs/definition';
import { recallPorts, rememberPorts, type SandboxPorts } from './ports';
import { publishChanges, unpublishChanges } from './publish';
import { createRegistryState, type RegistryState } from './state';
import { createStorage } from './storage';
import { createStage, type Fault, type RecordedRequest } from './surface';

export type RegistriesOptions = {
	/** Folder for ports and for what is pushed later; null keeps nothing. */
	dataDir: string | null;
	ports?: SandboxPorts;
	/** Default: the example packs. */
	packs?: readonly PackDefinition[];
	now?: () => Date;
	/** Other manners than GHCR's, for tests. */
	oci?: Partial<Omit<OciOptions, 'origin' | 'storage' | 'now'>>;
	/** GitHub requests per hour. */
	limits?: { anonymous: number; user: number };
};

/** The pretend GitHub, GHCR and npm registry, each on an origin of its own, storage on another host name. */
export type SandboxRegistries = {
	readonly githubApiUrl: string;
	/** `127.0.0.1:PORT`, plain http. */
	readonly registryHost: string;
	readonly npmUrl: string;
	/** Where blobs and tarballs are redirected to. */
	readonly storageUrl: string;
	readonly org: string;
	/** A classic PAT with `read:packages`. */
	readonly githubToken: string;
	/** A classic PAT that may push, for `helm push` and `oras push`. */
	readonly publisherToken: string;
	readonly registries: RegistryControls;
	readonly requests: readonly RecordedRequest[];
	readonly ports: SandboxPorts;
	close(): Promise<void>;
};

/** What a test or a demo can do to the registries while they run. */
type RegistryControls = {
	readonly state: RegistryState;
	/** Publish (or re-publish, which moves tags) every version of a pack. */
	publish(pack: PackDefinition): void;
	unpublish(packId: string, version: string): void;
	/** Point a tag at another manifest of the repository. */
	retag(move: { repository: string; tag: string; digest: string }): void;
	/** Cut every connection until switched back. */
	goOffline(isOffline: boolean): void;
	/** Serve the bytes of this digest (manifest, blob or tarball) with one flipped bit. */
	tamper(digest: string): void;
	/** Play a failure; returns a function that ends it. */
	inject(fault: Fault): () => void;
	/** Forget the recorded requests. */
	forget(): void;
};

const ORG = 'khal-os';
const DAY_MS = 86_400_000;
const TOKEN_DAYS = 75;

/** Start the four loopback servers. The seed is rebuilt from code; later pushes come back from `dataDir`. */
export async function startRegistries(options: RegistriesOptions): Promise<SandboxRegistries> {
	const now = options.now ?? (() => new Date());
	const journal = openJournal(fileIn(options.dataDir, 'registry.json'));
	const state = createRegistryState(ORG, journal.record);
	for (const pack of options.packs ?? examplePacks) state.seed(publishChanges(pack, ORG));
	state.seed(journal.replay);
	const { githubToken, publisherToken } = addAccounts(state, now());

	const stage = createStage();
	const base: Record<'github' | 'npm' | 'oci' | 'storage', string> = { github: '', npm: '', oci: '', storage: '' };
	const storage = createStorage(state, { origin: () => base.storage, now });
	const oci = createOciHandler(state, { ...options.oci, origin: () => base.oci, storage, now });
	const npm = createNpmHandler(state, { origin: () => base.npm, storage, now });
	const github = createGithubHandler(state, {
		origin: () => base.github,
		now,
		...(options.limits ? { limits: options.limits } : {}),
	});

	const wanted = { ...recallPorts(fileIn(options.dataDir, 'ports.json')), ...options.ports };
	const listeners: Listener[] = [];
	async function open(name: keyof typeof base, handler: (request: Request) => Promise<Response>): Promise<number> {
		const listener = await listen(wanted[name], stage.surface(name, handler));
		listeners.push(listener);
		// Go forwards Authorization to another port of the same host name, so storage needs another name too.
		base[name] = name === 'storage' ? `http://localhost:${listener.port}` : listener.url;
		return listener.port;
	}
	const ports: SandboxPorts = {
		github: await open('github', github),
		npm: await open('npm', npm),
		oci: await open('oci', oci),
		storage: await open('storage', storage.handler),
	};
	rememberPorts(fileIn(options.dataDir, 'ports.json'), ports);

	return {
		githubApiUrl: base.github,
		registryHost: new URL(base.oci).host,
		npmUrl: base.npm,
		storageUrl: base.storage,
		org: ORG,
		githubToken,
		publisherToken,
		requests: stage.requests,
		ports,
		registries: {
			state,
			publish: (pack) => state.commit(publishChanges(pack, ORG)),
			unpublish: (packId, version) => state.commit(unpublishChanges(state, packId, version)),
			retag: ({ repository, tag, digest }) =>
				state.commit([{ kind: 'tag', repository, tag, digest, at: isoSeconds(now()) }]),
			goOffline: stage.goOffline,
			tamper: storage.tamper,
			inject: stage.inject,
			forget: stage.forget,
		},
		async close() {
			await Promise.all(listeners.map((listener) => listener.close()));
			journal.flush();
		},
	};
}

/** Path of a file in the data folder, or null without one. */
export function fileIn(dataDir: string | null, name: string): string | null {
	return dataDir === null ? null : join(dataDir, name);
}

/** Tokens that look like classic PATs and open nothing but this sandbox; they are the same at every start. */
function addAccounts(state: RegistryState, now: Date): { githubToken: string; publisherToken: string } {
	const githubToken = `ghp_${'packyardSandboxReader'.padEnd(36, '0')}`;
	const publisherToken = `ghp_${'packyardSandboxPublisher'.padEnd(36, '0')}`;
	const expiresAt = new Date(now.getTime() + TOKEN_DAYS * DAY_MS);
	state.accounts.set(githubToken, { login: 'packyard-reader', scopes: ['read:packages'], expiresAt });
	state.accounts.set(publisherToken, {
		login: 'khal-os-release',
		scopes: ['read:packages', 'write:packages', 'repo'],
		expiresAt,
	});
	return { githubToken, publisherToken };
}
