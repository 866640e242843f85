import { describe, expect, test } from 'vitest';
import { SourceConfig, type SourceConfigInput, WritableSourceConfig } from '@/lib/contracts/source-config';
import { configOf, credentialAudiences, draftOf, emptyDraft, type SourceDraft, suggestedName } from './source-draft';
import { refusalsOf, refusalsOfAnswer } from './source-refusals';

const pem = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----';

const configurations: Record<string, SourceConfigInput> = {
	'github, listed': { kind: 'github', org: 'acme' },
	'github user, by name, behind a proxy': {
		kind: 'github',
		org: 'ana',
		account: 'user',
		packs: ['files', 'terminal'],
		proxy: 'http://proxy.acme.example:3128',
		ca: pem,
	},
	'GitHub Enterprise, index': {
		kind: 'github',
		org: 'acme',
		apiUrl: 'https://git.acme.example/api/v3',
		registry: { host: 'containers.git.acme.example' },
		npmUrl: 'https://npm.git.acme.example',
		index: 'acme/charts/pack-index:stable',
	},
	'oci, by name, plain http': {
		kind: 'oci',
		registry: { host: '10.0.0.5:5000', plainHttp: true },
		discovery: { by: 'names', repositories: ['acme/charts/pack-files', 'acme/charts/pack-terminal'] },
		internal: true,
		requestsPerSecond: 5,
	},
	'oci, catalog, with frontends': {
		kind: 'oci',
		registry: { host: 'zot.acme.example' },
		username: 'robot$packyard',
		discovery: { by: 'catalog', prefix: 'acme/charts/pack-' },
		npm: { url: 'https://npm.acme.example', scope: '@acme', username: 'reader' },
		allowedHosts: ['auth.acme.example', '*.storage.acme.example'],
		hostAliases: { 'ghcr.io': 'mirror.acme.example' },
	},
	'oci, index': {
		kind: 'oci',
		registry: { host: 'r.example' },
		discovery: { by: 'index', reference: 'acme/index:v1' },
	},
	'oci, harbor': {
		kind: 'oci',
		registry: { host: 'harbor.acme.example' },
		discovery: { by: 'harbor', project: 'charts', prefix: 'pack-' },
	},
	'npm, by name': {
		kind: 'npm',
		url: 'https://npm.acme.example',
		scope: '@acme',
		discovery: { by: 'names', packages: ['@acme/pack-files'] },
	},
	'npm, search': {
		kind: 'npm',
		url: 'https://npm.acme.example',
		scope: '@acme',
		username: 'u',
		discovery: { by: 'search' },
	},
};

describe('a stored configuration comes back unchanged from a form nobody touched', () => {
	test.each(Object.entries(configurations))('%s', (_, input) => {
		const config = SourceConfig.parse(input);
		const draft = draftOf({ name: 'Acme', config, credential: 'set', npmCredential: 'not-set' });
		if (draft === null) throw new Error('no draft');

		expect(WritableSourceConfig.parse(configOf(draft))).toEqual(config);
		expect(refusalsOf(draft)).toEqual([]);
		expect([draft.credential.choice, draft.npmCredential.choice]).toEqual(['keep', 'enter']);
	});
});

test('a bundle has no draft, because nothing about it is written by hand', () => {
	const config = SourceConfig.parse({ kind: 'bundle', index: `sha256:${'a'.repeat(64)}` });

	expect(draftOf({ name: 'b', config, credential: 'not-set', npmCredential: 'not-set' })).toBeNull();
});

test('pasted addresses become the host and the repository they contain', () => {
	const config = configOf(
		oci({
			host: ' https://Registry.Acme.example/ ',
			repositories: 'oci://registry.acme.example/acme/charts/pack-files\n\n',
		}),
	);

	expect(config).toMatchObject({
		registry: { host: 'registry.acme.example' },
		discovery: { by: 'names', repositories: ['acme/charts/pack-files'] },
	});
});

test('a source nobody named is called after its organisation, host or scope', () => {
	const draft: SourceDraft = {
		...emptyDraft,
		github: { ...emptyDraft.github, org: 'acme' },
		oci: { ...emptyDraft.oci, host: 'https://r.example/' },
		npm: { ...emptyDraft.npm, scope: '@acme' },
	};

	expect(suggestedName(draft)).toBe('acme');
	expect(suggestedName({ ...draft, kind: 'oci' })).toBe('r.example');
	expect(suggestedName({ ...draft, kind: 'npm' })).toBe('@acme');
});

test('what is refused stands at the field that makes it, a list with the number of its line', () => {
	const draft = oci({
		host: 'not a host',
		repositories: 'acme/ok\nNOT OK',
		frontends: true,
		npmUrl: 'nowhere',
		npmScope: 'acme',
	});
	draft.network = {
		...draft.network,
		mirrors: 'ghcr.io',
		requestsPerSecond: 'many',
		allowedHosts: '*.example',
		proxy: 'x',
	};

	const refusals = Object.fromEntries(refusalsOf(draft).map(({ field, reason }) => [field, reason]));

	expect(Object.keys(refusals).sort()).toEqual([
		'network.allowedHosts',
		'network.mirrors',
		'network.proxy',
		'network.requestsPerSecond',
		'oci.host',
		'oci.npmScope',
		'oci.npmUrl',
		'oci.repositories',
	]);
	expect(refusals['oci.repositories']).toBe('Line 2: must be the name of a repository, like acme/charts/pack-files.');
	expect(refusals['oci.npmUrl']).toBe('Must be a web address without a user name, like https://registry.example.com.');
});

test('an empty form asks for what is missing in plain words', () => {
	expect(refusalsOf(oci({}))).toEqual([
		{ field: 'oci.host', reason: 'Must not be empty.' },
		{ field: 'oci.repositories', reason: 'Must not be empty.' },
	]);
});

test('choosing to name packs without naming one is refused instead of listing everything', () => {
	const github = { ...emptyDraft.github, org: 'acme' };

	expect(refusalsOf({ ...emptyDraft, github: { ...github, find: 'names' } })).toEqual([
		{ field: 'github.packs', reason: 'Must not be empty.' },
	]);
	expect(refusalsOf({ ...emptyDraft, github })).toEqual([]);
});

test('plain http outside the own network is refused where it can be allowed', () => {
	const github = { ...emptyDraft.github, org: 'acme', apiUrl: 'http://git.acme.example/api/v3' };

	expect(refusalsOf({ ...emptyDraft, github }).map(({ field }) => field)).toEqual(['network.internal']);
	expect(refusalsOf({ ...emptyDraft, github, network: { ...emptyDraft.network, internal: true } })).toEqual([]);
	expect(refusalsOf(oci({ host: 'r.example', repositories: 'a/b', ...npm('http://npm.example') }))).toEqual([
		{
			field: 'oci.npmUrl',
			reason: 'Plain http is for loopback and for sources marked as internal; use https.',
		},
	]);
});

test('a registry written with http:// asks whether that is meant', () => {
	const draft = oci({ host: 'http://r.example', repositories: 'a/b' });

	expect(refusalsOf(draft).map(({ field }) => field)).toEqual(['network.plainHttp']);
	expect(refusalsOf({ ...draft, network: { ...draft.network, plainHttp: true } })).toEqual([]);
});

test('an address with a password in it, or of another protocol, is refused', () => {
	const reasons = ['https://ana:secret@npm.example', 'ftp://npm.example', ''].map(
		(url) => refusalsOf(oci({ host: 'r.example', repositories: 'a/b', ...npm(url) }))[0]?.reason,
	);

	expect(reasons).toEqual([
		'Must not contain credentials.',
		'Must be a web address without a user name, like https://registry.example.com.',
		'Must not be empty.',
	]);
});

test('a refusal of the server finds its field, and one it has no field for is kept', () => {
	expect(
		refusalsOfAnswer(oci({ host: 'r.example' }), [
			{ name: 'config.registry.host', reason: 'cannot be found' },
			{ name: 'config.later.setting', reason: 'is new' },
			{ name: 'name', reason: 'is taken' },
		]),
	).toEqual([
		{ field: 'oci.host', reason: 'Cannot be found.' },
		{ field: 'form', reason: 'later.setting: is new' },
		{ field: 'name', reason: 'Is taken.' },
	]);
});

test('a credential belongs to every address it is sent to, and to the way there', () => {
	const before = credentialAudiences(configOf(oci({ host: 'r.example' }))).main;
	const changed = (network: Partial<SourceDraft['network']>) => {
		const draft = oci({ host: 'r.example' });
		return credentialAudiences(configOf({ ...draft, network: { ...draft.network, ...network } })).main;
	};

	expect(changed({})).toBe(before);
	expect(changed({ allowedHosts: 'other.example', requestsPerSecond: '5' })).toBe(before);
	expect(changed({ plainHttp: true })).not.toBe(before);
	expect(changed({ proxy: 'http://proxy.example' })).not.toBe(before);
	expect(changed({ ca: pem })).not.toBe(before);
	expect(credentialAudiences(configOf(oci({ host: 'https://R.example/', repositories: 'a/b' }))).main).toBe(before);
	expect(credentialAudiences(configOf(oci({ host: 'r2.example' }))).main).not.toBe(before);
});

function oci(fields: Partial<SourceDraft['oci']>): SourceDraft {
	return { ...emptyDraft, kind: 'oci', oci: { ...emptyDraft.oci, ...fields } };
}

function npm(npmUrl: string): Partial<SourceDraft['oci']> {
	return { frontends: true, npmUrl, npmScope: '@acme' };
}
