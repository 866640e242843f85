import { randomUUID } from 'node:crypto';
import { listAt, textAt } from '@/lib/core';
import { sha256 } from '@/lib/digest';
import { OCI_MANIFEST } from './chart';
import { isoSeconds } from './iso-seconds';
import { ociError } from './oci-error';
import type { OciRepository, RegistryState } from './state';

type Target = { repository: string; kind: string; reference: string };
type Upload = { repository: string; chunks: Uint8Array[] };

const LARGEST_MANIFEST = 4 * 1024 * 1024;
const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;

/**
 * The write side of the distribution spec, as far as `helm push`, `oras push` and `oras attach` use it: blob uploads
 * (mount, single request, chunks), manifests by tag and digest, deletion.
 */
export function createOciPush(
	state: RegistryState,
	options: { now: () => Date; announcesSubject: boolean },
): (request: Request, target: Target) => Promise<Response> {
	const uploads = new Map<string, Upload>();
	return async (request, target) => {
		const body = new Uint8Array(await request.arrayBuffer());
		if (target.kind === 'uploads') return upload(request, target, body);
		if (target.kind === 'manifests' && request.method === 'PUT') return putManifest(request, target, body);
		if (request.method === 'DELETE') return remove(state, target);
		return ociError(405, 'UNSUPPORTED', 'The operation is unsupported.');
	};

	function upload(request: Request, target: Target, body: Uint8Array<ArrayBuffer>): Response {
		const query = new URL(request.url).searchParams;
		if (request.method === 'POST') return startUpload(target, query, body);
		const entry = uploads.get(target.reference);
		if (!entry || entry.repository !== target.repository) {
			return ociError(404, 'BLOB_UPLOAD_UNKNOWN', 'blob upload unknown to registry');
		}
		if (request.method === 'DELETE') {
			uploads.delete(target.reference);
			return new Response(null, { status: 204 });
		}
		if (request.method === 'GET') return uploadState(target.repository, target.reference, entry, 204);
		if (body.length > 0) entry.chunks.push(body);
		if (request.method === 'PATCH') return uploadState(target.repository, target.reference, entry, 202);
		if (request.method !== 'PUT') return ociError(405, 'UNSUPPORTED', 'The operation is unsupported.');
		uploads.delete(target.reference);
		return storeBlob(target.repository, new Uint8Array(Buffer.concat(entry.chunks)), query.get('digest') ?? '');
	}

	function startUpload(target: Target, query: URLSearchParams, body: Uint8Array<ArrayBuffer>): Response {
		const mounted = state.oci.get(query.get('from') ?? '')?.blobs.get(query.get('mount') ?? '');
		if (mounted) return storeBlob(target.repository, mounted, sha256(mounted));
		const digest = query.get('digest');
		if (digest !== null) return storeBlob(target.repository, body, digest);
		const id = randomUUID();
		const entry: Upload = { repository: target.repository, chunks: [] };
		uploads.set(id, entry);
		return uploadState(target.repository, id, entry, 202);
	}

	function storeBlob(repository: string, bytes: Uint8Array<ArrayBuffer>, digest: string): Response {
		if (sha256(bytes) !== digest) {
			return ociError(400, 'DIGEST_INVALID', 'provided digest did not match uploaded content');
		}
		state.commit([{ kind: 'blob', repository, bytes }]);
		return new Response(null, {
			status: 201,
			headers: { location: `/v2/${repository}/blobs/${digest}`, 'docker-content-digest': digest },
		});
	}

	function putManifest(request: Request, target: Target, bytes: Uint8Array<ArrayBuffer>): Response {
		const { repository, reference } = target;
		if (bytes.length > LARGEST_MANIFEST) return ociError(413, 'SIZE_INVALID', 'manifest too large');
		const json = parse(bytes);
		if (json === undefined) return ociError(400, 'MANIFEST_INVALID', 'manifest invalid');
		const digest = sha256(bytes);
		const isDigest = reference.startsWith('sha256:');
		if (isDigest ? reference !== digest : !TAG.test(reference)) {
			return ociError(400, isDigest ? 'DIGEST_INVALID' : 'TAG_INVALID', 'manifest tag or digest did not match');
		}
		const missing = missingBlob(state.oci.get(repository), json);
		if (missing) return ociError(404, 'MANIFEST_BLOB_UNKNOWN', `blob unknown to registry: ${missing}`);
		const mediaType = request.headers.get('content-type') ?? textAt(json, 'mediaType') ?? OCI_MANIFEST;
		const at = isoSeconds(options.now());
		state.commit([{ kind: 'manifest', repository, bytes, mediaType, tag: isDigest ? null : reference, at }]);
		const subject = textAt(json, 'subject', 'digest');
		return new Response(null, {
			status: 201,
			headers: {
				location: `/v2/${repository}/manifests/${digest}`,
				'docker-content-digest': digest,
				// Only a registry with a referrers API may send it; clients then skip the fallback tag.
				...(subject !== undefined && options.announcesSubject ? { 'oci-subject': subject } : {}),
			},
		});
	}
}

function uploadState(repository: string, id: string, { chunks }: Upload, status: number): Response {
	const size = chunks.reduce((total, chunk) => total + chunk.length, 0);
	return new Response(null, {
		status,
		headers: {
			location: `/v2/${repository}/blobs/uploads/${id}`,
			'docker-upload-uuid': id,
			range: `0-${Math.max(0, size - 1)}`,
		},
	});
}

function remove(state: RegistryState, { repository, kind, reference }: Target): Response {
	const known = state.oci.get(repository);
	const isDigest = reference.startsWith('sha256:');
	const isKnown = kind === 'manifests' && (isDigest ? known?.manifests.has(reference) : known?.tags.has(reference));
	if (!isKnown) return ociError(404, 'MANIFEST_UNKNOWN', 'manifest unknown');
	state.commit([
		isDigest
			? { kind: 'remove-manifest', repository, digest: reference }
			: { kind: 'remove-tag', repository, tag: reference },
	]);
	return new Response(null, { status: 202 });
}

function missingBlob(repository: OciRepository | undefined, manifest: unknown): string | undefined {
	const wanted = [
		textAt(manifest, 'config', 'digest'),
		...listAt(manifest, 'layers').map((layer) => textAt(layer, 'digest')),
	];
	return wanted.find((digest) => digest !== undefined && !repository?.blobs.has(digest));
}

function parse(bytes: Uint8Array): unknown {
	try {
		return JSON.parse(new TextDecoder().decode(bytes));
	} catch {
		return undefined;
	}
}
