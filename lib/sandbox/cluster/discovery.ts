import { createHash } from 'node:crypto';
import type { JsonObject } from './json';
import { apiVersionOf, type Kind, type KindRegistry } from './kinds';
import { unknownResource } from './status-error';

/** A document that clients revalidate by ETag; Helm asks for discovery dozens of times per command. */
export type CachedDocument = { body: string; etag: string; contentType: string };

const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

export const serverVersion = {
	major: '1',
	minor: '35',
	gitVersion: 'v1.35.0',
	gitCommit: 'packyard-sandbox',
	gitTreeState: 'clean',
	buildDate: '2026-01-01T00:00:00Z',
	goVersion: 'none',
	compiler: 'none',
	platform: 'linux/amd64',
};

/**
 * An OpenAPI v2 document in protobuf with a title, a version and nothing else. Helm reads v2 only for a kind that v3
 * does not know; finding it empty there too is what makes it say "no matches for kind".
 */
export const openApiV2 = {
	contentType: 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf',
	body: Buffer.from('0a03322e30120f0a0773616e64626f78120476312e3042004a00', 'hex'),
};

/** Answers what may be asked about the served kinds, until a custom resource definition changes them. */
export class Discovery {
	readonly #kinds: KindRegistry;
	readonly #documents = new Map<string, CachedDocument>();
	#revision = -1;

	constructor(kinds: KindRegistry) {
		this.#kinds = kinds;
	}

	/**
	 * The document at a discovery path (`/api`, `/apis`, `/apis/apps`, `/apis/apps/v1`, `/openapi/v3/…`).
	 * @returns undefined for any other path
	 * @throws {StatusError} 404 for a group or version that is not served
	 */
	find(path: string, accept: string): CachedDocument | undefined {
		if (this.#revision !== this.#kinds.revision) this.#documents.clear();
		this.#revision = this.#kinds.revision;
		const isAggregated = /as=APIGroupDiscoveryList/.test(accept) && /v=v2(;|,|$)/.test(accept);
		const key = `${path} ${isAggregated}`;
		const known = this.#documents.get(key);
		if (known) return known;
		const content = this.#describe(path, isAggregated);
		if (!content) return undefined;
		const body = JSON.stringify(content);
		const isList = content.kind === 'APIGroupDiscoveryList';
		const document = { body, etag: `"${digest(body)}"`, contentType: isList ? AGGREGATED : 'application/json' };
		this.#documents.set(key, document);
		return document;
	}

	#describe(path: string, isAggregated: boolean): JsonObject | undefined {
		const kinds = this.#kinds.all();
		const isRoot = path === '/api' || path === '/apis';
		if (isRoot && isAggregated) return aggregated(kinds, path === '/api');
		if (path === '/api') return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
		if (path === '/apis') {
			const groups = groupsOf(kinds).filter((group) => group !== '');
			return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map((group) => groupDocument(kinds, group)) };
		}
		if (path === '/openapi/v3') return openApiIndex(kinds);
		const [, openApi] = /^\/openapi\/v3\/(?:api|apis)\/(.+)$/.exec(path) ?? [];
		if (openApi) return openApiV3(ofVersion(kinds, openApi), openApi);
		const [, group] = /^\/apis\/([^/]+)$/.exec(path) ?? [];
		if (group) return groupDocument(kinds, group);
		const [, core, named] = /^\/(?:api\/([^/]+)|apis\/([^/]+\/[^/]+))$/.exec(path) ?? [];
		const apiVersion = core ?? named;
		return apiVersion ? resourceList(ofVersion(kinds, apiVersion), apiVersion) : undefined;
	}
}

function aggregated(kinds: readonly Kind[], coreOnly: boolean): JsonObject {
	const groups = groupsOf(kinds).filter((group) => (group === '') === coreOnly);
	const items = groups.map((group) => ({
		metadata: { name: group || undefined, creationTimestamp: null },
		versions: versionsOf(kinds, group).map((version) => ({
			version,
			freshness: 'Current',
			resources: kinds.filter((kind) => kind.group === group && kind.version === version).map(aggregatedResource),
		})),
	}));
	return { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items };
}

function aggregatedResource({ group, version, kind, plural, namespaced }: Kind): JsonObject {
	return {
		resource: plural,
		responseKind: { group, version, kind },
		scope: namespaced ? 'Namespaced' : 'Cluster',
		singularResource: kind.toLowerCase(),
		verbs: VERBS,
	};
}

function groupDocument(kinds: readonly Kind[], group: string): JsonObject {
	const versions = versionsOf(kinds, group).map((version) => ({ groupVersion: `${group}/${version}`, version }));
	if (versions.length === 0) throw unknownResource();
	return { kind: 'APIGroup', apiVersion: 'v1', name: group, versions, preferredVersion: versions[0] };
}

function resourceList(kinds: readonly Kind[], groupVersion: string): JsonObject {
	const resources = kinds.map(({ plural, kind, namespaced }) => {
		return { name: plural, singularName: kind.toLowerCase(), namespaced, kind, verbs: VERBS };
	});
	return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources };
}

/** The hash lets Helm keep a document on disk for ever, so it must name its content. */
function openApiIndex(kinds: readonly Kind[]): JsonObject {
	const entries = [...new Set(kinds.map(apiVersionOf))].map((apiVersion) => {
		const path = apiVersion.includes('/') ? `apis/${apiVersion}` : `api/${apiVersion}`;
		const hash = digest(JSON.stringify(openApiV3(ofVersion(kinds, apiVersion), apiVersion)));
		return [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` }];
	});
	return { paths: Object.fromEntries(entries) };
}

/** The least that makes Helm trust the server to validate: every PATCH has a `fieldValidation` parameter. */
function openApiV3(kinds: readonly Kind[], apiVersion: string): JsonObject {
	const paths: JsonObject = {};
	const schemas: JsonObject = {};
	for (const { group, version, kind, plural, namespaced } of kinds) {
		const root = group ? `/apis/${apiVersion}` : '/api/v1';
		const identity = { group, version, kind };
		const parameters = ['fieldValidation', 'dryRun'].map((name) => ({ name, in: 'query', schema: { type: 'string' } }));
		const patch = {
			operationId: `patch${kind}`,
			'x-kubernetes-action': 'patch',
			'x-kubernetes-group-version-kind': identity,
			parameters,
			responses: {},
		};
		paths[`${root}${namespaced ? '/namespaces/{namespace}' : ''}/${plural}/{name}`] = { patch };
		const schema = { type: 'object', 'x-kubernetes-group-version-kind': [identity] };
		schemas[`sandbox.${apiVersion.replace('/', '.')}.${kind}`] = schema;
	}
	const info = { title: 'packyard-sandbox', version: serverVersion.gitVersion };
	return { openapi: '3.0.0', info, paths, components: { schemas } };
}

/** @throws {StatusError} 404 when nothing is served in that version */
function ofVersion(kinds: readonly Kind[], apiVersion: string): Kind[] {
	const found = kinds.filter((kind) => apiVersionOf(kind) === apiVersion);
	if (found.length === 0) throw unknownResource();
	return found;
}

function groupsOf(kinds: readonly Kind[]): string[] {
	return [...new Set(kinds.map(({ group }) => group))];
}

function versionsOf(kinds: readonly Kind[], group: string): string[] {
	return [...new Set(kinds.filter((kind) => kind.group === group).map(({ version }) => version))].sort().reverse();
}

function digest(text: string): string {
	return createHash('sha256').update(text).digest('hex').slice(0, 40);
}
