import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { RegistryState } from './state';

/** The other origin that keeps the bytes: registries answer downloads with a redirect to a signed URL here. */
export type Storage = {
	/** A URL for one GET of the blob, valid for five minutes (containerd/stargz-snapshotter#167). */
	signedUrl(kind: 'blob' | 'tarball', digest: string): string;
	handler(request: Request): Promise<Response>;
	/** From now on these bytes are served with one flipped bit under their old name. */
	tamper(digest: string): void;
	/** The bytes as the outside world sees them: flipped when tampered with. */
	served(digest: string, bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>;
};

export type StorageOptions = { origin: () => string; now: () => Date };

const LIFETIME_MS = 300_000;

/** Signed-URL storage over the blobs and tarballs of `state`, refusing any request that carries a credential. */
export function createStorage(state: RegistryState, { origin, now }: StorageOptions): Storage {
	const key = randomBytes(32);
	const tampered = new Set<string>();

	function signatureOf(path: string, expires: string): string {
		return createHmac('sha256', key).update(`${path}\n${expires}`).digest('hex');
	}

	function served(digest: string, bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
		if (!tampered.has(digest)) return bytes;
		const flipped = bytes.slice();
		const middle = Math.floor(flipped.length / 2);
		flipped[middle] = (flipped[middle] ?? 0) ^ 1;
		return flipped;
	}

	return {
		signedUrl(kind, digest) {
			const path = `/${kind}/${digest}`;
			const expires = String(now().getTime() + LIFETIME_MS);
			return `${origin()}${path}?se=${expires}&sig=${signatureOf(path, expires)}`;
		},
		tamper: (digest) => {
			tampered.add(digest);
		},
		served,
		async handler(request) {
			const url = new URL(request.url);
			// Azure and S3 refuse a second kind of authentication next to the signature; a client that forwards the
			// registry's credential must notice (oven-sh/bun#31347).
			if (request.headers.has('authorization')) {
				return xml(url.pathname.startsWith('/tarball/') ? 401 : 400, 'InvalidAuthenticationInfo');
			}
			if (request.method !== 'GET') return xml(403, 'AuthenticationFailed');
			const expires = url.searchParams.get('se') ?? '';
			const isSigned = isEqual(url.searchParams.get('sig') ?? '', signatureOf(url.pathname, expires));
			if (!isSigned || Number(expires) < now().getTime()) return xml(403, 'AuthenticationFailed');
			const digest = url.pathname.split('/')[2] ?? '';
			const bytes = findBytes(state, digest);
			if (!bytes) return xml(404, 'BlobNotFound');
			return new Response(served(digest, bytes), { headers: { 'content-type': 'application/octet-stream' } });
		},
	};
}

function findBytes(state: RegistryState, digest: string): Uint8Array<ArrayBuffer> | undefined {
	for (const repository of state.oci.values()) {
		const blob = repository.blobs.get(digest);
		if (blob) return blob;
	}
	for (const pack of state.npm.values()) {
		for (const version of pack.versions.values()) if (version.digest === digest) return version.tarball;
	}
	return undefined;
}

function isEqual(a: string, b: string): boolean {
	const [left, right] = [Buffer.from(a), Buffer.from(b)];
	return left.length === right.length && timingSafeEqual(left, right);
}

function xml(status: number, code: string): Response {
	const body = `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code></Error>`;
	return new Response(body, { status, headers: { 'content-type': 'application/xml' } });
}
