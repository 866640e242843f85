import { describe, expect, test } from 'vitest';
import { listAt, textAt } from '@/lib/core';
import { sha256 } from '@/lib/digest';
import { OCI_MANIFEST } from './chart';
import { createOciHandler, type OciOptions } from './oci';
import { createRegistryState, type RegistryState } from './state';
import { createStorage } from './storage';

const ORIGIN = 'http://127.0.0.1:5000';
const NAME = 'acme/charts/pack-x';
const layer = bytesOf('layer bytes');
const config = bytesOf('{}');

describe('uploads', () => {
	test('in pieces: start, two chunks, finish', async () => {
		const { send, state } = registry();
		const start = await send('POST', `/v2/${NAME}/blobs/uploads/`);
		expect(start.status).toBe(202);
		const location = start.headers.get('location') ?? '';
		expect((await send('PATCH', location, layer.subarray(0, 5))).headers.get('range')).toBe('0-4');
		expect((await send('PATCH', location, layer.subarray(5))).status).toBe(202);
		const done = await send('PUT', `${location}?digest=${sha256(layer)}`);
		expect(done.status).toBe(201);
		expect(state.oci.get(NAME)?.blobs.has(sha256(layer))).toBe(true);
	});

	test('in one request, or mounted from another repository', async () => {
		const { send, state } = registry();
		expect((await send('POST', `/v2/${NAME}/blobs/uploads/?digest=${sha256(layer)}`, layer)).status).toBe(201);
		const mount = `/v2/acme/other/blobs/uploads/?mount=${sha256(layer)}&from=${NAME}`;
		expect((await send('POST', mount)).status).toBe(201);
		expect(state.oci.get('acme/other')?.blobs.has(sha256(layer))).toBe(true);
	});

	test('bytes that do not have the promised digest are refused', async () => {
		const { send, state } = registry();
		const wrong = await send('POST', `/v2/${NAME}/blobs/uploads/?digest=${sha256(config)}`, layer);
		expect(wrong.status).toBe(400);
		expect(state.oci.has(NAME)).toBe(false);
	});

	test('an upload of another repository cannot be continued', async () => {
		const { send } = registry();
		const location = (await send('POST', `/v2/${NAME}/blobs/uploads/`)).headers.get('location') ?? '';
		expect((await send('PATCH', location.replace(NAME, 'acme/other'), layer)).status).toBe(404);
		expect((await send('DELETE', location)).status).toBe(204);
		expect((await send('PATCH', location, layer)).status).toBe(404);
	});
});

describe('manifests', () => {
	test('need their blobs first, then take a tag', async () => {
		const { send, state } = registry();
		const manifest = manifestOf();
		expect((await put(send, '1.0.0', manifest)).status).toBe(404);
		await send('POST', `/v2/${NAME}/blobs/uploads/?digest=${sha256(config)}`, config);
		await send('POST', `/v2/${NAME}/blobs/uploads/?digest=${sha256(layer)}`, layer);
		const stored = await put(send, '1.0.0', manifest);
		expect([stored.status, stored.headers.get('docker-content-digest')]).toEqual([201, sha256(manifest)]);
		expect(state.oci.get(NAME)?.tags.get('1.0.0')).toBe(sha256(manifest));
		expect(state.oci.get(NAME)?.visibility).toBe('private');
	});

	test.each<[string, string, Uint8Array<ArrayBuffer>]>([
		['a tag with a plus', '1.0.0+build', bytesOf('{}')],
		['another digest than the bytes have', sha256(layer), bytesOf('{}')],
		['bytes that are not JSON', '1.0.0', bytesOf('not json')],
	])('%s is refused', async (_name, reference, bytes) => {
		const { send } = registry();
		expect((await put(send, reference, bytes)).status).toBe(400);
	});

	test('an attachment is announced only where a referrers API exists', async () => {
		const attachment = bytesOf(JSON.stringify({ schemaVersion: 2, subject: { digest: sha256(layer) } }));
		const native = registry({ hasReferrers: true });
		const announced = await put(native.send, sha256(attachment), attachment);
		expect(announced.headers.get('oci-subject')).toBe(sha256(layer));
		const list = await native.send('GET', `/v2/${NAME}/referrers/${sha256(layer)}`);
		expect(listAt(await list.json(), 'manifests').map((entry) => textAt(entry, 'digest'))).toEqual([
			sha256(attachment),
		]);
		const ghcr = await put(registry().send, sha256(attachment), attachment);
		expect([ghcr.status, ghcr.headers.has('oci-subject')]).toEqual([201, false]);
	});

	test('a deleted manifest takes its tags along', async () => {
		const { send, state } = registry();
		const manifest = bytesOf('{"schemaVersion":2}');
		await put(send, '1.0.0', manifest);
		expect((await send('DELETE', `/v2/${NAME}/manifests/${sha256(manifest)}`)).status).toBe(202);
		expect(state.oci.get(NAME)?.tags.size).toBe(0);
		expect((await send('DELETE', `/v2/${NAME}/manifests/1.0.0`)).status).toBe(404);
	});
});

describe('who may push', () => {
	test('a token for pulling is asked to come back for pushing', async () => {
		const { state, send } = registry({ auth: 'token' });
		state.accounts.set('ghp_writer', { login: 'writer', scopes: ['write:packages'], expiresAt: null });
		const narrow = await tokenFor(send, 'ghp_writer', 'pull');
		const refused = await send('POST', `/v2/${NAME}/blobs/uploads/`, undefined, { authorization: narrow });
		expect(refused.headers.get('www-authenticate')).toContain(`scope="repository:${NAME}:pull,push"`);
		const wide = await tokenFor(send, 'ghp_writer', 'pull,push');
		expect((await send('POST', `/v2/${NAME}/blobs/uploads/`, undefined, { authorization: wide })).status).toBe(202);
	});

	test('a PAT that may only read is denied', async () => {
		const { state, send } = registry({ auth: 'token' });
		state.accounts.set('ghp_reader', { login: 'reader', scopes: ['read:packages'], expiresAt: null });
		const authorization = await tokenFor(send, 'ghp_reader', 'pull,push');
		expect((await send('POST', `/v2/${NAME}/blobs/uploads/`, undefined, { authorization })).status).toBe(403);
	});
});

type Send = (
	method: string,
	path: string,
	body?: Uint8Array<ArrayBuffer>,
	headers?: Record<string, string>,
) => Promise<Response>;

function registry(options: Partial<OciOptions> = {}): { state: RegistryState; send: Send } {
	const now = () => new Date('2026-11-20T12:00:00Z');
	const state = createRegistryState('acme');
	const storage = createStorage(state, { origin: () => 'http://localhost:5001', now });
	const handler = createOciHandler(state, { origin: () => ORIGIN, storage, now, auth: 'none', ...options });
	return {
		state,
		send: (method, path, body, headers = {}) =>
			handler(new Request(`${ORIGIN}${path}`, { method, headers, ...(body === undefined ? {} : { body }) })),
	};
}

function put(send: Send, reference: string, bytes: Uint8Array<ArrayBuffer>): Promise<Response> {
	return send('PUT', `/v2/${NAME}/manifests/${reference}`, bytes, { 'content-type': OCI_MANIFEST });
}

async function tokenFor(send: Send, pat: string, actions: string): Promise<string> {
	const authorization = `Basic ${Buffer.from(`x:${pat}`).toString('base64')}`;
	const answer = await send('GET', `/token?scope=repository:${NAME}:${actions}`, undefined, { authorization });
	return `Bearer ${textAt(await answer.json(), 'token')}`;
}

function manifestOf(): Uint8Array<ArrayBuffer> {
	return bytesOf(
		JSON.stringify({
			schemaVersion: 2,
			config: { mediaType: 'application/vnd.oci.empty.v1+json', digest: sha256(config), size: config.length },
			layers: [{ mediaType: 'text/plain', digest: sha256(layer), size: layer.length }],
		}),
	);
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
	return new TextEncoder().encode(text);
}
