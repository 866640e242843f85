import { describe, expect, test } from 'vitest';
import { textAt } from '@/lib/core';
import { type JsonObject, objectAt, objectsAt } from './json';
import { ObjectStore } from './store';
import { applyObject, createObject, replaceObject } from './writes';

const namespace = 'demo';

describe('server-side apply', () => {
	test('a field another manager changed is a conflict, in the words of the API server', () => {
		const cluster = newCluster();
		cluster.apply('helm', deployment({ replicas: 1 }));
		cluster.update('kubectl', (object) => ({ ...object, spec: { ...object.spec, replicas: 5 } }));
		expect(() => cluster.apply('helm', deployment({ replicas: 2 }))).toThrow(
			expect.objectContaining({
				code: 409,
				reason: 'Conflict',
				message: 'Apply failed with 1 conflict: conflict with "kubectl" using apps/v1: .spec.replicas',
			}),
		);
	});

	test('the same field with the same value is no conflict: both own it', () => {
		const cluster = newCluster();
		cluster.apply('helm', deployment({ replicas: 1 }));
		cluster.apply('portal', deployment({ replicas: 1 }));
		expect(cluster.owners('.spec.replicas')).toEqual(['helm', 'portal']);
	});

	test('several conflicts are listed by owner', () => {
		const cluster = newCluster();
		cluster.apply('helm', deployment({ replicas: 1, image: 'notes:1' }));
		cluster.apply('other', deployment({ replicas: 4, image: 'notes:4' }), { force: true });
		expect(() => cluster.apply('helm', deployment({ replicas: 2, image: 'notes:2' }))).toThrow(
			'Apply failed with 2 conflicts: conflicts with "other":\n' +
				'- .spec.replicas\n- .spec.template.spec.containers[name="app"].image',
		);
	});

	test('force takes the field over, and its former owner loses it', () => {
		const cluster = newCluster();
		cluster.apply('helm', deployment({ replicas: 1 }));
		cluster.update('kubectl', (object) => ({ ...object, spec: { ...object.spec, replicas: 5 } }));
		cluster.apply('helm', deployment({ replicas: 2 }), { force: true });
		expect(cluster.get().spec?.replicas).toBe(2);
		expect(cluster.owners('.spec.replicas')).toEqual(['helm']);
	});

	test('a field that is no longer applied is removed, unless somebody else owns it too', () => {
		const cluster = newCluster();
		cluster.apply('helm', deployment({ labels: { mine: '1', shared: '2' } }));
		cluster.apply('portal', { ...deployment({}), metadata: { name: 'web', labels: { shared: '2' } } });
		cluster.apply('helm', deployment({ labels: {} }));
		expect(cluster.get().metadata.labels).toEqual({ shared: '2' });
	});

	test('list items are merged by name: what others added stays, what we dropped goes', () => {
		const cluster = newCluster();
		cluster.apply('helm', deployment({ env: { A: '1', B: '2' } }));
		cluster.apply('injector', sidecarOnly());
		cluster.apply('helm', deployment({ env: { A: '1', C: '3' } }));
		const containers = objectsAt(cluster.get(), 'spec', 'template', 'spec', 'containers');
		expect(containers.map((container) => container.name)).toEqual(['app', 'sidecar']);
		expect(objectsAt(containers[0], 'env').map(({ name }) => name)).toEqual(['A', 'C']);
	});

	test('an emptied map loses what was in it, as when a chart goes from limits to no resources', () => {
		const cluster = newCluster();
		cluster.apply('helm', deployment({ resources: { limits: { cpu: '1' } } }));
		cluster.apply('helm', deployment({ resources: {} }));
		const [app] = objectsAt(cluster.get(), 'spec', 'template', 'spec', 'containers');
		expect(objectAt(app, 'resources')).toEqual({});
	});

	test('envFrom is replaced as a whole, so a rollback restores exactly the old references', () => {
		const cluster = newCluster();
		cluster.apply('helm', deployment({ envFrom: ['notes-r1'] }));
		cluster.apply('helm', deployment({ envFrom: ['notes-r2'] }));
		const [app] = objectsAt(cluster.get(), 'spec', 'template', 'spec', 'containers');
		expect(objectsAt(app, 'envFrom').map((source) => textAt(source, 'secretRef', 'name'))).toEqual(['notes-r2']);
	});

	test('lists of custom resources are atomic, whatever their fields are called', () => {
		const cluster = newCluster();
		const widget = (names: string[]) => ({
			apiVersion: 'packyard.example/v1',
			kind: 'Widget',
			metadata: { name: 'web' },
			spec: { containers: names.map((name) => ({ name })) },
		});
		cluster.apply('helm', widget(['a', 'b']), { kind: 'Widget' });
		cluster.apply('helm', widget(['c']), { kind: 'Widget' });
		expect(objectsAt(cluster.get('Widget'), 'spec', 'containers')).toEqual([{ name: 'c' }]);
	});

	test('applying the same twice changes nothing, not even the resourceVersion', () => {
		const cluster = newCluster();
		const first = cluster.apply('helm', deployment({ env: { A: '1' }, resources: {} }));
		const second = cluster.apply('helm', deployment({ env: { A: '1' }, resources: {} }));
		expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
		expect(second.metadata.generation).toBe(1);
	});

	test('a dry run answers with the merged object and stores nothing', () => {
		const cluster = newCluster();
		cluster.apply('helm', deployment({ replicas: 1 }));
		const answer = cluster.apply('portal', deployment({ replicas: 9 }), { force: true, dryRun: true });
		expect(answer.spec?.replicas).toBe(9);
		expect(cluster.get().spec?.replicas).toBe(1);
	});
});

type Wanted = {
	replicas?: number;
	image?: string;
	labels?: Record<string, string>;
	env?: Record<string, string>;
	envFrom?: string[];
	resources?: JsonObject;
};

function deployment({ replicas, image = 'notes:1', labels, env, envFrom, resources }: Wanted): JsonObject {
	const container: JsonObject = { name: 'app', image, resources };
	if (env) container.env = Object.entries(env).map(([name, value]) => ({ name, value }));
	if (envFrom) container.envFrom = envFrom.map((name) => ({ secretRef: { name } }));
	return {
		apiVersion: 'apps/v1',
		kind: 'Deployment',
		metadata: { name: 'web', labels },
		spec: {
			replicas,
			selector: { matchLabels: { app: 'web' } },
			template: { metadata: { labels: { app: 'web' } }, spec: { containers: [container] } },
		},
	};
}

function sidecarOnly(): JsonObject {
	const spec = { template: { spec: { containers: [{ name: 'sidecar', image: 'proxy:1' }] } } };
	return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec };
}

function newCluster() {
	const store = new ObjectStore();
	const at = (apiVersion: string, kind: string) => ({ kind: store.kinds.get(apiVersion, kind), namespace: undefined });
	createObject(store, at('v1', 'Namespace'), { metadata: { name: namespace } });
	const names = { kind: 'Widget', plural: 'widgets' };
	createObject(store, at('apiextensions.k8s.io/v1', 'CustomResourceDefinition'), {
		metadata: { name: 'widgets.packyard.example' },
		spec: {
			group: 'packyard.example',
			scope: 'Namespaced',
			names,
			versions: [{ name: 'v1', served: true, storage: true }],
		},
	});
	const target = (kind: string) => ({
		kind: store.kinds.get(kind === 'Widget' ? 'packyard.example/v1' : 'apps/v1', kind),
		namespace,
		name: 'web',
	});
	const get = (kind = 'Deployment') => {
		const { kind: found, name } = target(kind);
		return store.get(found, namespace, name);
	};
	return {
		get,
		apply: (manager: string, config: JsonObject, { force = false, dryRun = false, kind = 'Deployment' } = {}) =>
			applyObject(store, target(kind), config, { manager, force, dryRun }),
		update: (manager: string, change: (object: ReturnType<typeof get>) => JsonObject) =>
			replaceObject(store, target('Deployment'), change(structuredClone(get())), { manager }),
		/** The managers that own a field of plain names. */
		owners: (path: string) =>
			(get().metadata.managedFields ?? [])
				.filter(({ fieldsV1 }) => {
					const segments = path
						.split('.')
						.filter(Boolean)
						.map((name) => `f:${name}`);
					return objectAt(fieldsV1, ...segments) !== undefined;
				})
				.map(({ manager }) => manager),
	};
}
