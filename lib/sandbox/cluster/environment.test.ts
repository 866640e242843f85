import { expect, test } from 'vitest';
import { type FindData, missingVolume, resolveEnvironment } from './environment';
import type { JsonObject } from './json';
import type { KubeObject } from './object';

const find: FindData = (kind, name) => stored.find((object) => object.kind === kind && object.metadata.name === name);

test('later envFrom wins over earlier, env wins over envFrom, secrets are decoded', () => {
	const result = resolve({
		envFrom: [{ configMapRef: { name: 'base' } }, { secretRef: { name: 'keys' } }],
		env: [{ name: 'LEVEL', value: 'debug' }],
	});
	expect(result).toEqual({
		kind: 'complete',
		variables: { LEVEL: 'debug', SHARED: 'from-secret', TOKEN: 's3cret' },
	});
});

test('references to variables are expanded once they are known; unknown and escaped ones stay', () => {
	const result = resolve({
		env: [
			{ name: 'HOST', value: 'db' },
			{ name: 'URL', value: 'pg://$(HOST):$(PORT)/$$(HOST)' },
			{ name: 'PORT', value: '5432' },
		],
	});
	expect(result).toMatchObject({ variables: { URL: 'pg://db:$(PORT)/$(HOST)' } });
});

test('single keys and facts about the pod can be referred to, bulk sources can have a prefix', () => {
	const result = resolve({
		envFrom: [{ prefix: 'APP_', configMapRef: { name: 'base' } }],
		env: [
			{ name: 'T', valueFrom: { secretKeyRef: { name: 'keys', key: 'TOKEN' } } },
			{ name: 'NS', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
			{ name: 'TIER', valueFrom: { fieldRef: { fieldPath: "metadata.labels['tier']" } } },
		],
	});
	expect(result).toMatchObject({ variables: { APP_LEVEL: 'info', T: 's3cret', NS: 'demo', TIER: 'web' } });
});

test.each([
	[{ envFrom: [{ secretRef: { name: 'gone' } }] }, 'secret "gone" not found'],
	[{ envFrom: [{ configMapRef: { name: 'gone' } }] }, 'configmap "gone" not found'],
	[{ env: [{ name: 'X', valueFrom: { secretKeyRef: { name: 'gone', key: 'K' } } }] }, 'secret "gone" not found'],
	[
		{ env: [{ name: 'X', valueFrom: { configMapKeyRef: { name: 'base', key: 'NOPE' } } }] },
		"couldn't find key NOPE in ConfigMap demo/base",
	],
])('what is missing is named as the kubelet names it: %j', (container, message) => {
	expect(resolve(container)).toEqual({ kind: 'missing', container: 'app', message });
});

test('optional sources may be missing', () => {
	const result = resolve({
		envFrom: [{ secretRef: { name: 'gone', optional: true } }],
		env: [{ name: 'X', valueFrom: { secretKeyRef: { name: 'keys', key: 'NOPE', optional: true } } }],
	});
	expect(result).toEqual({ kind: 'complete', variables: {} });
});

test('a volume whose source is missing is named; an optional or present one is not', () => {
	const withVolumes = (volumes: JsonObject[]) => missingVolume({ ...pod, spec: { volumes } }, find);
	expect(
		withVolumes([
			{ name: 'a', secret: { secretName: 'keys' } },
			{ name: 'b', configMap: { name: 'gone' } },
		]),
	).toBe('MountVolume.SetUp failed for volume "b" : configmap "gone" not found');
	expect(withVolumes([{ name: 'a', configMap: { name: 'gone', optional: true } }])).toBeUndefined();
});

function resolve(container: JsonObject) {
	return resolveEnvironment(pod, { name: 'app', ...container }, find);
}

function object(kind: string, name: string, rest: JsonObject): KubeObject {
	const metadata = {
		name,
		namespace: 'demo',
		uid: name,
		resourceVersion: '1',
		creationTimestamp: '',
		labels: { tier: 'web' },
	};
	return { apiVersion: 'v1', kind, metadata, ...rest };
}

const base64 = (text: string) => Buffer.from(text).toString('base64');
const pod = object('Pod', 'web', {});
const stored = [
	object('ConfigMap', 'base', { data: { LEVEL: 'info', SHARED: 'from-config' } }),
	object('Secret', 'keys', { data: { TOKEN: base64('s3cret'), SHARED: base64('from-secret') } }),
];
