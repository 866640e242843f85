import { lookup } from 'node:dns/promises';
import type { DoctorReport, DoctorStep } from '@/lib/contracts/sources';
import { AppError, isAppError, messageOf } from '@/lib/core';
import { type ConnectionOptions, type Connections, openConnections } from './connections';
import type { Endpoints, RemoteSourceConfig } from './endpoints';
import { examineToken as tokenTrouble } from './github/token';
import { classifyHost } from './http/addresses';
import type { HttpResponse } from './http/client';
import { counted } from './listing';
import { listingOf } from './listings';
import { parseChallenges } from './oci/challenge';
import { chartInfo } from './oci/chart';
import { trustedRealm } from './oci/realm';
import { versionTags } from './oci/tags';
import { vendorOf } from './oci/vendors';
import type { ChartInfo, DiscoveredPack } from './source';

type DoctorStepName = DoctorStep['step'];
type Registry = NonNullable<Endpoints['registry']>;

export type DoctorOptions = ConnectionOptions & {
	signal?: AbortSignal;
	/** Resolves a host name to addresses; `dns.lookup` unless a test says otherwise. */
	resolve?: (hostname: string) => Promise<string[]>;
};

type Finding = Omit<DoctorStep, 'step'>;
type Examination = {
	config: RemoteSourceConfig;
	options: DoctorOptions;
	connections: Connections;
	/** What earlier steps found, for later ones. */
	seen: { challenge: HttpResponse | null; packs: DiscoveredPack[]; tag: string | null; chart: ChartInfo | null };
	/** The host that answered last: after a redirect it is not the one that was asked. */
	lastHost: () => string | null;
};

const NO_REGISTRY = 'The source has no OCI registry.';
/** Asked for by oras-go and sigstore-js too: a registry with the API answers 200 for any digest. */
const NO_DIGEST = `sha256:${'0'.repeat(64)}`;

/**
 * Examine a source step by step (facts/registries.md section 9.3). Never throws for what it finds; a step whose ground
 * is missing is skipped and says why. Each step has its own next step for the admin.
 */
export async function runDoctor(config: RemoteSourceConfig, options: DoctorOptions): Promise<DoctorReport> {
	const { cache: _cache, artifacts: _artifacts, ...fresh } = options;
	let lastHost: string | null = null;
	const connections = openConnections(config, {
		retries: 1,
		timeoutMs: 15_000,
		...fresh,
		onAnswer(answer) {
			lastHost = new URL(answer.url).host;
			options.onAnswer?.(answer);
		},
	});
	const seen = { challenge: null, packs: [], tag: null, chart: null };
	const examination: Examination = { config, options, connections, seen, lastHost: () => lastHost };
	const steps: DoctorStep[] = [];
	try {
		for (const [step, examine] of examinations) {
			options.signal?.throwIfAborted();
			steps.push({ step, ...(await examine(examination).catch(failed)) });
		}
	} finally {
		await connections.close();
	}
	const worst = (['fail', 'warn'] as const).find((result) => steps.some((step) => step.result === result));
	return { result: worst ?? 'ok', steps };
}

const examinations: readonly [DoctorStepName, (examination: Examination) => Promise<Finding>][] = [
	['dns', examineDns],
	['tls', examineTls],
	['ping', examinePing],
	['realm', examineRealm],
	['listing', examineListing],
	['token', examineToken],
	['tags', examineTags],
	['manifest', examineManifest],
	['blob', examineBlob],
	['referrers', examineReferrers],
	['npm', examineNpm],
];

async function examineDns({ options, connections }: Examination): Promise<Finding> {
	const resolve = options.resolve ?? systemResolve;
	const found: string[] = [];
	const urls = urlsOf(connections);
	const ways = urls.map((url) => connections.http.wayTo(url)).filter((way) => way !== null);
	for (const way of new Map(ways.map((one) => [one.host, one])).values()) {
		found.push(`The proxy ${way.host} of the ${way.from} resolves what is asked for through it`);
	}
	for (const hostname of new Set(urls.filter((url) => connections.http.wayTo(url) === null).map(nameOf))) {
		if (classifyHost(hostname) !== null) continue;
		const addresses = await resolve(hostname).catch((cause: unknown) => {
			throw new AppError('upstream_unavailable', `${hostname} could not be found by name.`, {
				hint: `Check the spelling of ${hostname} and the DNS of this machine.`,
				details: { networkCode: 'ENOTFOUND' },
				cause,
			});
		});
		found.push(`${hostname} → ${addresses.slice(0, 3).join(', ')}`);
	}
	if (ways.length === urls.length) return skipped(`${found.join('; ')}.`);
	return ok(found.length === 0 ? 'Only addresses are configured, no names.' : found.join('; '));
}

async function examineTls(examination: Examination): Promise<Finding> {
	const { connections, options, seen } = examination;
	const { registry, npm } = connections.endpoints;
	const url = registry === null ? new URL(npm?.url ?? '') : connections.registryUrl(registry.host);
	const answer = await connections.http.send({
		url: registry === null ? url.href : new URL('/v2/', url).href,
		what: registry === null ? 'its first page' : 'the version check /v2/',
		maxBytes: 1024 * 1024,
		redirects: 0,
		signal: options.signal,
	});
	if (registry !== null) seen.challenge = answer;
	if (url.protocol === 'http:') {
		if (classifyHost(url.hostname) === 'loopback') return skipped('Plain http to this machine.');
		return warn(
			'Plain http: anybody on the way can read the credential.',
			'Give the registry a certificate and use https.',
		);
	}
	const way = connections.http.wayTo(url);
	return ok(`${url.host} shows a trusted certificate${way === null ? '' : `, through the proxy ${way.host}`}.`);
}

async function examinePing({ connections, seen }: Examination): Promise<Finding> {
	const { registry } = connections.endpoints;
	if (registry === null) return skipped(NO_REGISTRY);
	if (seen.challenge === null) return skipped('The registry could not be reached.');
	const { status, url, bytes } = seen.challenge;
	if (status === 400 && url.startsWith('http:') && /https|TLS|SSL/i.test(new TextDecoder().decode(bytes))) {
		return fail(`${registry.host} wants TLS and is spoken to without.`, 'Switch off plain http for it.', '400');
	}
	if (status === 200) return ok('The registry answers everybody.', '200');
	if (status === 401) return ok('The registry answers and wants a token.', '401');
	return fail(
		`${registry.host} answers ${status} to /v2/.`,
		`Check that ${registry.host} is an OCI registry.`,
		`${status}`,
	);
}

async function examineRealm({ connections, seen }: Examination): Promise<Finding> {
	const { registry } = connections.endpoints;
	if (registry === null) return skipped(NO_REGISTRY);
	if (seen.challenge === null) return skipped('The registry could not be reached.');
	if (seen.challenge.status !== 401) return skipped('The registry asks for no token.');
	const challenges = parseChallenges(seen.challenge.headers.get('www-authenticate'));
	const bearer = challenges.find(({ scheme, parameters }) => scheme === 'bearer' && parameters.realm !== undefined);
	if (bearer) {
		const base = connections.registryUrl(registry.host);
		const realm = trustedRealm(bearer.parameters.realm ?? '', base, connections.http.policy);
		return ok(`Tokens come from ${realm.host}.`);
	}
	if (challenges.some(({ scheme }) => scheme === 'basic'))
		return ok('The registry takes the credential directly (Basic).');
	return fail(
		'The registry refuses without saying how to sign in.',
		'Ask whoever runs it about its WWW-Authenticate header.',
		'401',
	);
}

async function examineListing({ config, connections, options, seen }: Examination): Promise<Finding> {
	const listing = listingOf(config, connections);
	if (config.kind === 'github' && config.packs.length === 0 && config.index === null && options.credential === null) {
		return fail(
			'GitHub lists packages for nobody without a token.',
			'Store a classic token with read:packages, read an index artifact, or name the packs of this source.',
		);
	}
	const { packs, problems } = await listing.discover(options.signal);
	seen.packs = packs;
	const [problem] = problems;
	if (problem !== undefined) return warn(problem, 'Ask whoever publishes the index to correct it.');
	if (listing.how.includes('configured by name')) return skipped(`${capital(listing.how)}.`);
	if (packs.length > 0) return ok(`${counted(packs.length, 'pack')} by ${listing.how}.`, '200');
	return warn(
		`No pack is found by ${listing.how}.`,
		config.kind === 'github'
			? 'Charts are called charts/pack-…, npm packages pack-…. Check the organisation, and that the token is authorised for its single sign-on.'
			: 'Packs are called pack-…. Check the name or prefix, and what the credential may read.',
		'200',
	);
}

async function examineToken({ connections, options, seen }: Examination): Promise<Finding> {
	const { github } = connections;
	if (github !== null && options.credential !== null) {
		const trouble = await tokenTrouble(github, { now: nowOf(options), signal: options.signal });
		if (trouble !== null) return trouble;
	}
	const chart = firstChart(connections, seen.packs);
	if (chart === null) return skipped(noChart(connections));
	const client = connections.oci(chart.host);
	const tags = await client.tags(chart.repository, options.signal).catch((error: unknown) => {
		// A refusal of the list is the next step's finding; only the token itself is examined here.
		if (isAppError(error) && error.details.credentialRejected !== true && error.details.scope === undefined) {
			return isAnswer(error) ? [] : null;
		}
		throw error;
	});
	if (tags === null) return skipped('The registry gave no answer that a credential could be judged by.');
	seen.tag = versionTags(tags)[0]?.tag ?? null;
	const rejected = client.rejected();
	if (rejected) {
		return warn(
			`The stored credential was refused (${rejected.status}); what is public was read without it.`,
			'Renew it: it has expired, was revoked, or may not read packages (GitHub: the scope read:packages).',
			`${rejected.status}`,
		);
	}
	if ((connections.endpoints.registry?.credential ?? null) === null)
		return ok('Read as everybody, without a credential.');
	const ending = vendorOf(chart.host)?.ending ?? null;
	return ending === null ? ok('The credential was accepted.') : warn(ending.detail, ending.nextStep);
}

/** The registry understood the question and refused it, or has no such thing: it knew who asked. */
function isAnswer({ details }: AppError): boolean {
	return typeof details.status === 'number' && details.status < 500 && details.status !== 429;
}

async function examineTags({ connections, options, seen }: Examination): Promise<Finding> {
	const chart = firstChart(connections, seen.packs);
	if (chart === null) return skipped(noChart(connections));
	const tags = await connections.oci(chart.host).tags(chart.repository, options.signal);
	const versions = versionTags(tags);
	seen.tag = versions[0]?.tag ?? null;
	if (versions.length > 0)
		return ok(
			`${chart.repository} has ${counted(versions.length, 'version')} among ${counted(tags.length, 'tag')}.`,
			'200',
		);
	return warn(
		`${chart.repository} has no tag that is a version.`,
		'The publisher has to push the chart with helm push.',
		'200',
	);
}

async function examineManifest({ connections, options, seen }: Examination): Promise<Finding> {
	const chart = firstChart(connections, seen.packs);
	if (chart === null) return skipped(noChart(connections));
	if (seen.tag === null) return skipped('No version is known to ask for.');
	const found = await connections.oci(chart.host).resolve(chart.repository, seen.tag, options.signal);
	return ok(`${chart.repository}:${seen.tag} is ${found.digest.slice(0, 19)}….`, '200');
}

/** Reads the config blob, so that a blocked storage host shows here and not in the middle of an installation. */
async function examineBlob({ connections, options, seen, lastHost }: Examination): Promise<Finding> {
	const chart = firstChart(connections, seen.packs);
	if (chart === null) return skipped(noChart(connections));
	if (seen.tag === null) return skipped('No version is known to ask for.');
	const client = connections.oci(chart.host);
	seen.chart = await chartInfo(client, chart.repository, { reference: seen.tag, signal: options.signal });
	const from = lastHost() === chart.host ? '' : ` from ${lastHost()}`;
	const { name, version } = seen.chart.chart;
	return ok(`Blobs arrive${from} and have the right digest (${name} ${version}).`, '200');
}

async function examineReferrers({ connections, options, seen }: Examination): Promise<Finding> {
	const chart = firstChart(connections, seen.packs);
	if (chart === null) return skipped(noChart(connections));
	const pages = await connections.oci(chart.host).referrerPages(chart.repository, NO_DIGEST, options.signal);
	if (pages !== null) return ok('The registry knows referrers.', '200');
	return ok('The registry has no referrers API; the fallback tag is used.', '404');
}

async function examineNpm({ connections, options, seen }: Examination): Promise<Finding> {
	const { npm: client, endpoints } = connections;
	if (client === null) return skipped('The source has no npm registry.');
	const npm = seen.packs.find((pack) => pack.npm !== null)?.npm;
	if (!npm) return skipped('No frontend package is known to ask for.');
	const found = await client.packument(npm.package, options.signal);
	const bare = found.versions.filter(({ integrity }) => integrity === null).length;
	if (bare === 0) return ok(`${npm.package} has ${found.versions.length} versions, all with a checksum.`, '200');
	return warn(
		`${bare} of ${found.versions.length} versions of ${npm.package} have no checksum and cannot be installed.`,
		`Ask whoever runs ${new URL(endpoints.npm?.url ?? '').host} why dist.integrity and dist.shasum are missing.`,
		'200',
	);
}

/** The first chart of the source's own registry; another host would be a test of somebody else. */
function firstChart(
	{ endpoints }: Connections,
	packs: readonly DiscoveredPack[],
): { host: string; repository: string } | null {
	const own: Registry | null = endpoints.registry;
	const charts = packs.flatMap(({ chart }) => (chart === null ? [] : [chart]));
	return charts.find(({ host }) => host === own?.host) ?? charts[0] ?? null;
}

function noChart({ endpoints }: Connections): string {
	return endpoints.registry === null ? NO_REGISTRY : 'No chart is known to ask for.';
}

function urlsOf({ endpoints, registryUrl }: Connections): URL[] {
	const { registry, npm, github } = endpoints;
	const urls = [npm?.url, github?.url].filter((url) => url !== undefined).map((url) => new URL(url));
	return [...(registry === null ? [] : [registryUrl(registry.host)]), ...urls];
}

function nowOf({ now }: DoctorOptions): Date {
	return now?.() ?? new Date();
}

function nameOf({ hostname }: URL): string {
	return hostname;
}

async function systemResolve(hostname: string): Promise<string[]> {
	return (await lookup(hostname, { all: true })).map(({ address }) => address);
}

function failed(error: unknown): Finding {
	if (!isAppError(error)) return fail(messageOf(error), 'Look at the log of the portal.');
	const { status, networkCode, ociCode } = error.details;
	const code = [status ?? networkCode ?? error.code, ociCode].filter((part) => part !== null && part !== undefined);
	// The code stands beside the sentence here.
	return fail(error.message.replace(` (${networkCode})`, ''), error.hint ?? 'Try again later.', code.join(' '));
}

function ok(detail: string, code: string | null = null): Finding {
	return { result: 'ok', code, detail, nextStep: null };
}

function warn(detail: string, nextStep: string, code: string | null = null): Finding {
	return { result: 'warn', code, detail, nextStep };
}

function fail(detail: string, nextStep: string, code: string | null = null): Finding {
	return { result: 'fail', code, detail, nextStep };
}

function skipped(detail: string): Finding {
	return { result: 'skipped', code: null, detail, nextStep: null };
}

function capital(text: string): string {
	return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
