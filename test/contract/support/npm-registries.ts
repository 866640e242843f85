import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { at, textAt } from '@/lib/core';
import { startRegistries } from '@/lib/sandbox';
import { rotFile } from './oci-registries';
import { startServer } from './server';
import { pathOf, type ToolName } from './tools';
import { runIn } from './writers';

export type ContractNpmRegistry = {
	name: string;
	needs: readonly ToolName[];
	isOpen: boolean;
	/** `/-/v1/search`; GitHub has none. */
	hasSearch: boolean;
	/** `time` in packuments; GitHub leaves it out. */
	tellsTimes: boolean;
	/** Takes a name and a password as well as a token. */
	takesPasswords: boolean;
	start(folder: string): Promise<RunningNpmRegistry>;
};

export type NpmRelease = { version: string; distTag: string; manifest: string };

export type RunningNpmRegistry = {
	url: string;
	username: string;
	password: string;
	token: string;
	/** Where tarballs are redirected to. */
	otherHosts: string[];
	/** Publish a package; the integrity that each version was published with, by version. */
	publish(name: string, releases: readonly NpmRelease[]): Promise<Map<string, string>>;
	/** Change a stored tarball, as a failing disk would. */
	rot(name: string, version: string): Promise<void>;
	close(): Promise<void>;
};

export const npmRegistries: readonly ContractNpmRegistry[] = [
	{
		name: 'Verdaccio, open',
		needs: ['verdaccio', 'npm'],
		...{ isOpen: true, hasSearch: true, tellsTimes: true, takesPasswords: true },
		start: (folder) => startVerdaccio(folder, '$all'),
	},
	{
		name: 'Verdaccio, for those who signed in',
		needs: ['verdaccio', 'npm'],
		...{ isOpen: false, hasSearch: true, tellsTimes: true, takesPasswords: true },
		start: (folder) => startVerdaccio(folder, '$authenticated'),
	},
	{
		name: 'sandbox like npm.pkg.github.com',
		needs: [],
		...{ isOpen: false, hasSearch: false, tellsTimes: false, takesPasswords: false },
		start: startSandbox,
	},
];

const USERNAME = 'release';
const PASSWORD = 'contract-release-password';

async function startVerdaccio(folder: string, access: '$all' | '$authenticated'): Promise<RunningNpmRegistry> {
	const config = join(folder, 'verdaccio.yaml');
	const storage = join(folder, 'storage');
	const settings = {
		storage,
		// No uplinks: what is not here is nowhere.
		auth: { htpasswd: { file: join(folder, 'htpasswd') } },
		packages: { '**': { access, publish: '$authenticated', unpublish: '$authenticated' } },
		web: { enable: false },
		log: { type: 'stdout', format: 'json', level: 'warn' },
	};
	await writeFile(config, stringify(settings));
	const server = await startServer(
		'Verdaccio',
		async (port) => ({
			command: process.execPath,
			args: [pathOf('verdaccio'), '--config', config, '--listen', `127.0.0.1:${port}`],
			cwd: folder,
		}),
		'/-/ping',
	);
	const token = await signUp(server.url);
	const home = await mkdtemp(join(folder, 'home-'));
	const userConfig = join(home, 'npmrc');
	await writeFile(
		userConfig,
		`registry=${server.url}/\n//${server.host}/:_authToken=${token}\nupdate-notifier=false\naudit=false\nfund=false\n`,
	);
	const npm = runIn(home, 'npm', { npm_config_userconfig: userConfig });
	return {
		url: server.url,
		username: USERNAME,
		password: PASSWORD,
		token,
		otherHosts: [],
		async publish(name, releases) {
			const integrities = new Map<string, string>();
			for (const release of releases) {
				const source = await writePackage(home, name, release);
				const said: unknown = JSON.parse(await npm(['publish', '--json', '--tag', release.distTag], source));
				integrities.set(release.version, textAt(said, 'integrity') ?? textAt(at(said, name), 'integrity') ?? '');
			}
			return integrities;
		},
		rot: (name, version) => rotFile(join(storage, name, `${name.split('/')[1]}-${version}.tgz`)),
		close: server.close,
	};
}

/** The same request that `npm adduser` makes. */
async function signUp(url: string): Promise<string> {
	const answer = await fetch(`${url}/-/user/org.couchdb.user:${USERNAME}`, {
		method: 'PUT',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify({ name: USERNAME, password: PASSWORD }),
	});
	const token = textAt(await answer.json(), 'token');
	if (token === undefined) throw new Error(`Verdaccio took no new user: ${answer.status}`);
	return token;
}

async function writePackage(home: string, name: string, { version, manifest }: NpmRelease): Promise<string> {
	const source = await mkdtemp(join(home, 'package-'));
	await mkdir(join(source, 'dist'));
	const files = ['dist', 'khal-app.json'];
	await writeFile(join(source, 'package.json'), JSON.stringify({ name, version, license: 'Apache-2.0', files }));
	await writeFile(join(source, 'khal-app.json'), manifest);
	await writeFile(join(source, 'dist', 'bundle.mjs'), `export default ${JSON.stringify(version)};\n`);
	return source;
}

async function startSandbox(): Promise<RunningNpmRegistry> {
	const sandbox = await startRegistries({ dataDir: null, packs: [] });
	const versionsOf = (name: string) => sandbox.registries.state.npm.get(name)?.versions ?? new Map();
	return {
		url: sandbox.npmUrl,
		username: USERNAME,
		password: PASSWORD,
		token: sandbox.githubToken,
		otherHosts: [new URL(sandbox.storageUrl).host],
		async publish(name, releases) {
			sandbox.registries.publish({
				id: name.replace(/^.*\/pack-/, ''),
				description: name,
				visibility: 'private',
				repositoryVisibility: 'private',
				versions: releases.map(({ version, distTag, manifest }) => ({
					version,
					at: '2026-11-20T12:00:00Z',
					notes: null,
					manifests: { npm: manifest },
					chart: null,
					frontends: [{ package: name, title: name, distTags: [distTag] }],
				})),
			});
			return new Map(releases.map(({ version }) => [version, versionsOf(name).get(version)?.integrity ?? '']));
		},
		rot: async (name, version) => sandbox.registries.tamper(versionsOf(name).get(version)?.digest ?? ''),
		close: () => sandbox.close(),
	};
}
