import { isLive, type NpmPackage, type NpmVersion, type RegistryState } from './state';
import type { Storage } from './storage';

export type NpmOptions = { origin: () => string; storage: Storage; now: () => Date };

/**
 * GitHub Packages npm (`npm.pkg.github.com`): every request needs a token, packuments carry no `time`
 * (pnpm/pnpm#10610), tarballs are a redirect to another origin (oven-sh/bun#31347), nothing can be searched.
 */
export function createNpmHandler(state: RegistryState, options: NpmOptions): (request: Request) => Promise<Response> {
	return async (request) => {
		const refusal = refuse(request, state, options.now());
		if (refusal) return refusal;
		if (request.method !== 'GET' && request.method !== 'HEAD') return fail(405, 'method not allowed');
		const path = decodeURIComponent(new URL(request.url).pathname);
		const download = /^\/download\/(@[^/]+\/[^/]+)\/([^/]+)\/([0-9a-f]{40})$/.exec(path);
		if (download) return tarball(state, download, options.storage);
		const name = /^\/(@[^/]+\/[^/]+)$/.exec(path)?.[1];
		const pack = name === undefined ? undefined : state.npm.get(name);
		if (!pack) return fail(404, `npm package "${name ?? path.slice(1)}" does not exist under owner "${state.org}"`);
		return Response.json(packument(pack, options.origin()));
	};
}

function refuse(request: Request, state: RegistryState, now: Date): Response | null {
	const header = request.headers.get('authorization');
	if (header === null) return unauthenticated('authentication token not provided');
	const account = state.accounts.get(/^(?:bearer|token)\s+(\S+)$/i.exec(header)?.[1] ?? '');
	if (!isLive(account, now)) {
		return unauthenticated('User cannot be authenticated with the token provided.');
	}
	if (account.scopes.includes('read:packages') || account.scopes.includes('write:packages')) return null;
	return fail(403, 'permission_denied: The token provided does not match expected scopes.');
}

function unauthenticated(reason: string): Response {
	return Response.json(
		{ error: `unauthenticated: ${reason}` },
		{ status: 401, headers: { 'www-authenticate': 'Basic realm="GitHub Package Registry"' } },
	);
}

function fail(status: number, error: string): Response {
	return Response.json({ error }, { status });
}

function packument(pack: NpmPackage, origin: string): Record<string, unknown> {
	const versions = [...pack.versions.values()];
	const newest = versions.at(-1);
	return {
		_id: pack.name,
		_rev: `${versions.length}-${newest?.shasum.slice(0, 32) ?? ''}`,
		name: pack.name,
		description: newest?.packageJson.description ?? '',
		'dist-tags': Object.fromEntries(pack.distTags),
		versions: Object.fromEntries(versions.map((version) => [version.version, versionDocument(pack, version, origin)])),
		bugs: {},
		homepage: '',
		license: newest?.packageJson.license ?? '',
		repository: newest?.packageJson.repository ?? {},
	};
}

function versionDocument(pack: NpmPackage, version: NpmVersion, origin: string): Record<string, unknown> {
	return {
		...version.packageJson,
		_id: `${pack.name}@${version.version}`,
		dist: {
			integrity: version.integrity,
			shasum: version.shasum,
			tarball: `${origin}/download/${pack.name}/${version.version}/${version.shasum}`,
		},
	};
}

function tarball(state: RegistryState, [, name, version, shasum]: readonly string[], storage: Storage): Response {
	const found = state.npm.get(name ?? '')?.versions.get(version ?? '');
	if (!found || found.shasum !== shasum) return fail(404, 'Not Found');
	return new Response(null, { status: 302, headers: { location: storage.signedUrl('tarball', found.digest) } });
}
