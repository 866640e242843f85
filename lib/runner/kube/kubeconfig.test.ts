import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectFromKubeconfig, connectInCluster } from './connection';
import { createCredentials } from './credentials';
import { writeKubeconfig } from './kubeconfig';

let dir: string;
beforeAll(async () => {
	dir = await mkdtemp(join(tmpdir(), 'pky-kubeconfig-'));
});
afterAll(async () => {
	await rm(dir, { recursive: true, force: true });
});

function kubeconfig(user: object, cluster: object = {}) {
	return JSON.stringify({
		'current-context': 'one',
		clusters: [{ name: 'c', cluster: { server: 'https://10.0.0.1:6443/', ...cluster } }],
		users: [{ name: 'u', user }],
		contexts: [
			{ name: 'one', context: { cluster: 'c', user: 'u', namespace: 'apps' } },
			{ name: 'two', context: { cluster: 'c' } },
		],
	});
}
const base64 = (text: string) => Buffer.from(text).toString('base64');

test('token, CA and namespace are read, and the token does not print', async () => {
	const text = kubeconfig({ token: 'tok-12345' }, { 'certificate-authority-data': base64('PEM') });
	const connection = await connectFromKubeconfig({ text });
	expect(connection).toMatchObject({ server: 'https://10.0.0.1:6443', ca: 'PEM', namespace: 'apps', insecure: false });
	expect(connection.token?.reveal()).toBe('tok-12345');
	expect(JSON.stringify(connection)).not.toContain('tok-12345');
});

test('another context can be asked for', async () => {
	const connection = await connectFromKubeconfig({ text: kubeconfig({ token: 'x' }) }, { context: 'two' });
	expect(connection).toMatchObject({ namespace: 'default', token: null });
	await expect(connectFromKubeconfig({ text: kubeconfig({}) }, { context: 'three' })).rejects.toThrow(
		/no context named "three"/,
	);
});

test('files are found beside the kubeconfig', async () => {
	await writeFile(join(dir, 'cert.pem'), 'CERT');
	await writeFile(join(dir, 'key.pem'), 'KEY');
	await writeFile(join(dir, 'config'), kubeconfig({ 'client-certificate': 'cert.pem', 'client-key': 'key.pem' }));
	const connection = await connectFromKubeconfig({ path: join(dir, 'config') });
	expect([connection.clientCertificate, connection.clientKey?.reveal()]).toEqual(['CERT', 'KEY']);
});

test.each([
	['user names', { username: 'a', password: 'b' }, {}, /user name and password/],
	['auth-provider', { 'auth-provider': { name: 'gcp' } }, {}, /auth-provider/],
	['impersonation', { token: 'x', as: 'admin' }, {}, /impersonation/],
	['proxies', { token: 'x' }, { 'proxy-url': 'http://p' }, /proxy-url/],
	['other protocols', {}, { server: 'ftp://x' }, /not an http/],
	['relative files in pasted text', { 'client-key': 'key.pem' }, {}, /embed its content/],
	[
		'old plugin protocols',
		{ exec: { apiVersion: 'client.authentication.k8s.io/v1alpha1', command: 'x' } },
		{},
		/v1 or v1beta1/,
	],
])('%s are refused with a sentence', async (_, user, cluster, sentence) => {
	await expect(connectFromKubeconfig({ text: kubeconfig(user, cluster) })).rejects.toMatchObject({
		code: 'invalid_request',
		message: expect.stringMatching(sentence),
	});
});

test('text that is no kubeconfig is refused without being quoted', async () => {
	await expect(connectFromKubeconfig({ text: 'clusters: secret-text' })).rejects.toMatchObject({
		message: expect.not.stringContaining('secret-text'),
	});
	await expect(connectFromKubeconfig({ path: join(dir, 'absent') })).rejects.toThrow(/cannot be read/);
});

test('the kubeconfig for Helm connects to the same place as the same user', async () => {
	const original = await connectFromKubeconfig({
		text: kubeconfig({ token: 'tok-12345' }, { 'certificate-authority-data': base64('PEM'), 'tls-server-name': 'api' }),
	});
	const written = await connectFromKubeconfig({ text: writeKubeconfig(original, 'other') });
	expect({ ...written, token: written.token?.reveal() }).toEqual({
		...original,
		token: 'tok-12345',
		namespace: 'other',
	});
});

test('a credential plugin gets only allowed variables, its answer is kept until it ends, and renewed on demand', async () => {
	const command = join(dir, 'plugin');
	const expires = '2026-11-20T11:00:00Z';
	await writeFile(
		command,
		`#!/bin/sh
n=$(cat "${dir}/count" 2>/dev/null || echo 0); n=$((n+1)); echo $n > "${dir}/count"
echo "{\\"kind\\":\\"ExecCredential\\",\\"status\\":{\\"token\\":\\"$AWS_PROFILE-$STAGE-$DATABASE_URL-$n\\",\\"expirationTimestamp\\":\\"${expires}\\"}}"
`,
	);
	await chmod(command, 0o755);
	const exec = { apiVersion: 'client.authentication.k8s.io/v1', command, env: [{ name: 'STAGE', value: 'live' }] };
	const env = { PATH: '/usr/bin:/bin', AWS_PROFILE: 'prod', DATABASE_URL: 'postgres://hidden' };
	const connection = await connectFromKubeconfig({ text: kubeconfig({ exec }) }, { env });
	let now = Date.parse('2026-11-20T10:00:00Z');
	const credentials = createCredentials(connection, () => now);
	const token = async (refresh = false) => (await credentials.current({ refresh })).token?.reveal();
	expect(await token()).toBe('prod-live--1');
	expect(await token()).toBe('prod-live--1');
	now = Date.parse('2026-11-20T10:59:30Z');
	expect(await token()).toBe('prod-live--2');
	expect(await token(true)).toBe('prod-live--3');
});

test('a plugin that fails is named with its own words', async () => {
	const exec = { apiVersion: 'client.authentication.k8s.io/v1beta1', command: '/bin/false' };
	const connection = await connectFromKubeconfig({ text: kubeconfig({ exec }) });
	await expect(createCredentials(connection).current()).rejects.toMatchObject({
		code: 'upstream_forbidden',
		message: expect.stringMatching(/\/bin\/false failed/),
	});
});

test('inside a pod the service account is used, and its token read again', async () => {
	await writeFile(join(dir, 'ca.crt'), 'PEM');
	await writeFile(join(dir, 'namespace'), 'packyard\n');
	await writeFile(join(dir, 'token'), 'first\n');
	const connection = await connectInCluster(dir);
	expect(connection).toMatchObject({ server: 'https://kubernetes.default.svc', ca: 'PEM', namespace: 'packyard' });
	let now = 0;
	const credentials = createCredentials(connection, () => now);
	expect((await credentials.current()).token?.reveal()).toBe('first');
	await writeFile(join(dir, 'token'), 'second');
	expect((await credentials.current()).token?.reveal()).toBe('first');
	now = 61_000;
	expect((await credentials.current()).token?.reveal()).toBe('second');
	await expect(connectInCluster(join(dir, 'nowhere'))).rejects.toThrow(/does not run in a pod/);
});
