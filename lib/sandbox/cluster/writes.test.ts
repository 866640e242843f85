import { describe, expect, test } from 'vitest';
import type { JsonObject } from './json';
import { removeObject } from './removal';
import { ObjectStore } from './store';
import { createObject, editObject, replaceObject } from './writes';

describe('creating', () => {
	test('needs an existing namespace that is not going away', () => {
		const cluster = newCluster();
		expect(() => cluster.create('v1', 'ConfigMap', 'nowhere', named('c'))).toThrow(
			expect.objectContaining({ code: 404, message: 'namespaces "nowhere" not found' }),
		);
		cluster.remove('v1', 'Namespace', undefined, 'demo');
		expect(() => cluster.create('v1', 'ConfigMap', 'demo', named('c'))).toThrow(expect.objectContaining({ code: 403 }));
	});

	test('the same name again is refused', () => {
		const cluster = newCluster();
		cluster.create('v1', 'ConfigMap', 'demo', named('c'));
		expect(() => cluster.create('v1', 'ConfigMap', 'demo', named('c'))).toThrow(
			expect.objectContaining({ code: 409, reason: 'AlreadyExists', message: 'configmaps "c" already exists' }),
		);
	});

	test('a dry run validates and stores nothing', () => {
		const cluster = newCluster();
		cluster.create('v1', 'ConfigMap', 'demo', named('c'), { dryRun: true });
		expect(cluster.peek('v1', 'ConfigMap', 'demo', 'c')).toBeUndefined();
		const bad = { ...named('c'), data: { 'not a key': 'x' } };
		expect(() => cluster.create('v1', 'ConfigMap', 'demo', bad, { dryRun: true })).toThrow(
			expect.objectContaining({ code: 422 }),
		);
	});

	test.each([
		['a Secret value that is not base64', 'Secret', { data: { A: 'not base64!' } }, 'illegal base64'],
		['a Secret of more than a mebibyte', 'Secret', { data: { A: 'A'.repeat(1_400_000) } }, 'Too long'],
		['a ConfigMap of more than a mebibyte', 'ConfigMap', { data: { A: 'x'.repeat(1_048_577) } }, 'Too long'],
		['a value that is not text', 'ConfigMap', { data: { A: 1 } }, 'must be a string'],
	])('%s is refused', (_, kind, rest, why) => {
		const cluster = newCluster();
		expect(() => cluster.create('v1', kind, 'demo', { ...named('c'), ...rest })).toThrow(why);
	});

	test('a ConfigMap of exactly one mebibyte is accepted', () => {
		const cluster = newCluster();
		cluster.create('v1', 'ConfigMap', 'demo', { ...named('c'), data: { A: 'x'.repeat(1_048_576) } });
		expect(cluster.peek('v1', 'ConfigMap', 'demo', 'c')).toBeDefined();
	});

	test('a workload whose selector does not match its pods is refused, with the field', () => {
		const cluster = newCluster();
		expect(() =>
			cluster.create('apps/v1', 'Deployment', 'demo', deployment({ selector: 'web', label: 'api' })),
		).toThrow('Deployment.apps "web" is invalid: spec.template.metadata.labels');
	});
});

describe('changing', () => {
	test('an outdated resourceVersion is a conflict', () => {
		const cluster = newCluster();
		const first = cluster.create('v1', 'ConfigMap', 'demo', { ...named('c'), data: { A: '1' } });
		cluster.replace('v1', 'ConfigMap', 'demo', 'c', { ...first, data: { A: '2' } });
		expect(() => cluster.replace('v1', 'ConfigMap', 'demo', 'c', { ...first, data: { A: '3' } })).toThrow(
			expect.objectContaining({ code: 409, reason: 'Conflict' }),
		);
	});

	test('a write that changes nothing keeps its resourceVersion and tells nobody', () => {
		const cluster = newCluster();
		const first = cluster.create('v1', 'ConfigMap', 'demo', { ...named('c'), data: { A: '1' } });
		const before = cluster.changes();
		const again = cluster.replace('v1', 'ConfigMap', 'demo', 'c', { ...named('c'), data: { A: '1' } });
		expect(again.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
		expect(cluster.changes()).toBe(before);
	});

	test('only a changed spec raises the generation, and status is not for clients', () => {
		const cluster = newCluster();
		cluster.create('apps/v1', 'Deployment', 'demo', deployment({}));
		cluster.edit('apps/v1', 'Deployment', 'web', (object) => {
			object.status = { replicas: 1 };
		});
		const labelled = cluster.replace('apps/v1', 'Deployment', 'demo', 'web', {
			...deployment({ labels: { team: 'a' } }),
			status: { replicas: 99 },
		});
		expect(labelled.metadata.generation).toBe(1);
		expect(labelled.status).toEqual({ replicas: 1 });
		const scaled = cluster.replace('apps/v1', 'Deployment', 'demo', 'web', deployment({ replicas: 3 }));
		expect(scaled.metadata.generation).toBe(2);
	});

	test.each([
		['the data of an immutable Secret', { data: { A: 'Yg==' }, immutable: true }],
		['its immutability', { data: { A: 'YQ==' } }],
		['the type of a Secret', { data: { A: 'YQ==' }, immutable: true, type: 'other' }],
	])('%s cannot be changed', (_, rest) => {
		const cluster = newCluster();
		cluster.create('v1', 'Secret', 'demo', { ...named('s'), data: { A: 'YQ==' }, immutable: true });
		expect(() => cluster.replace('v1', 'Secret', 'demo', 's', { ...named('s'), ...rest })).toThrow(
			expect.objectContaining({ code: 422 }),
		);
	});

	test("a Deployment's selector cannot be changed, its replicas can", () => {
		const cluster = newCluster();
		cluster.create('apps/v1', 'Deployment', 'demo', deployment({}));
		const other = deployment({ selector: 'api', label: 'api' });
		expect(() => cluster.replace('apps/v1', 'Deployment', 'demo', 'web', other)).toThrow('field is immutable');
		expect(cluster.replace('apps/v1', 'Deployment', 'demo', 'web', deployment({ replicas: 2 })).spec?.replicas).toBe(2);
	});

	test('stored objects cannot be changed by accident', () => {
		const cluster = newCluster();
		const object = cluster.create('apps/v1', 'Deployment', 'demo', deployment({}));
		expect(() => {
			object.metadata.name = 'other';
		}).toThrow(TypeError);
	});
});

describe('removing', () => {
	test('what an object owns goes with it, what others own stays', async () => {
		const cluster = newCluster();
		const owner = cluster.create('v1', 'ConfigMap', 'demo', named('owner'));
		const { uid } = owner.metadata;
		const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid }];
		cluster.create('v1', 'Secret', 'demo', { metadata: { name: 'child', ownerReferences } });
		cluster.create('v1', 'Secret', 'demo', named('stranger'));
		cluster.remove('v1', 'ConfigMap', 'demo', 'owner');
		await expect.poll(() => cluster.peek('v1', 'Secret', 'demo', 'child')).toBeUndefined();
		expect(cluster.peek('v1', 'Secret', 'demo', 'stranger')).toBeDefined();
	});

	test('a finalizer holds an object until it is taken off', () => {
		const cluster = newCluster();
		cluster.create('v1', 'ConfigMap', 'demo', { metadata: { name: 'c', finalizers: ['wait'] } });
		expect(cluster.remove('v1', 'ConfigMap', 'demo', 'c').gone).toBe(false);
		expect(cluster.peek('v1', 'ConfigMap', 'demo', 'c')?.metadata.deletionTimestamp).toBeDefined();
		cluster.replace('v1', 'ConfigMap', 'demo', 'c', { metadata: { name: 'c', finalizers: [] } });
		expect(cluster.peek('v1', 'ConfigMap', 'demo', 'c')).toBeUndefined();
	});

	test('a failed precondition removes nothing', () => {
		const cluster = newCluster();
		cluster.create('v1', 'ConfigMap', 'demo', named('c'));
		expect(() => cluster.remove('v1', 'ConfigMap', 'demo', 'c', { uid: 'another' })).toThrow(
			expect.objectContaining({ code: 409 }),
		);
		expect(cluster.peek('v1', 'ConfigMap', 'demo', 'c')).toBeDefined();
	});

	test('a definition takes its custom resources and its kind with it', () => {
		const cluster = newCluster();
		cluster.create('apiextensions.k8s.io/v1', 'CustomResourceDefinition', undefined, {
			metadata: { name: 'widgets.packyard.example' },
			spec: {
				group: 'packyard.example',
				scope: 'Namespaced',
				names: { kind: 'Widget', plural: 'widgets' },
				versions: [{ name: 'v1', served: true, storage: true }],
			},
		});
		cluster.create('packyard.example/v1', 'Widget', 'demo', named('w'));
		cluster.remove('apiextensions.k8s.io/v1', 'CustomResourceDefinition', undefined, 'widgets.packyard.example');
		expect(cluster.serves('packyard.example/v1', 'Widget')).toBe(false);
	});
});

function named(name: string): JsonObject {
	return { metadata: { name } };
}

type Wanted = { replicas?: number; selector?: string; label?: string; labels?: Record<string, string> };

function deployment({ replicas = 1, selector = 'web', label = 'web', labels }: Wanted): JsonObject {
	return {
		metadata: { name: 'web', labels },
		spec: {
			replicas,
			selector: { matchLabels: { app: selector } },
			template: { metadata: { labels: { app: label } }, spec: { containers: [{ name: 'app', image: 'notes:1' }] } },
		},
	};
}

function newCluster() {
	const store = new ObjectStore();
	const kindOf = (apiVersion: string, kind: string) => store.kinds.get(apiVersion, kind);
	let changes = 0;
	store.subscribe(() => changes++);
	createObject(store, { kind: kindOf('v1', 'Namespace'), namespace: undefined }, named('demo'));
	return {
		changes: () => changes,
		serves: (apiVersion: string, kind: string) => store.kinds.findByName(apiVersion, kind) !== undefined,
		peek: (apiVersion: string, kind: string, namespace: string | undefined, name: string) =>
			store.peek(kindOf(apiVersion, kind), namespace, name),
		create: (
			apiVersion: string,
			kind: string,
			namespace: string | undefined,
			input: JsonObject,
			{ dryRun = false } = {},
		) => createObject(store, { kind: kindOf(apiVersion, kind), namespace }, input, { manager: 'test', dryRun }),
		replace: (apiVersion: string, kind: string, namespace: string, name: string, input: JsonObject) =>
			replaceObject(store, { kind: kindOf(apiVersion, kind), namespace, name }, input, { manager: 'test' }),
		edit: (apiVersion: string, kind: string, name: string, change: Parameters<typeof editObject>[2]) =>
			editObject(store, { kind: kindOf(apiVersion, kind), namespace: 'demo', name }, change),
		remove: (apiVersion: string, kind: string, namespace: string | undefined, name: string, options = {}) =>
			removeObject(store, { kind: kindOf(apiVersion, kind), namespace, name }, options),
	};
}
