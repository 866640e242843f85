import { expect, test } from 'vitest';
import { KubeObject } from '../kube/schema';
import { diffObjects, headlineOf, keysAs } from './diff';

function deployment(spec: object, metadata: object = {}) {
	return KubeObject.parse({
		apiVersion: 'apps/v1',
		kind: 'Deployment',
		metadata: { name: 'web', ...metadata },
		spec,
		status: { x: Math.random() },
	});
}
const template = (image: string, env: object[] = []) => ({
	template: { spec: { containers: [{ name: 'main', image, env }] } },
});

test('status and bookkeeping of the server are no change', () => {
	const a = deployment(template('a:1'), { resourceVersion: '1', generation: 1, managedFields: [{ manager: 'a' }] });
	const b = deployment(template('a:1'), { resourceVersion: '2', generation: 2, managedFields: [{ manager: 'b' }] });
	expect(diffObjects(a, b)).toEqual({ action: 'unchanged', restarts: false, fields: [], keys: [] });
});

test('a new image is one field and restarts the pods', () => {
	expect(diffObjects(deployment(template('a:1')), deployment(template('a:2')))).toMatchObject({
		action: 'update',
		restarts: true,
		fields: [{ path: 'spec.template.spec.containers[main].image', from: 'a:1', to: 'a:2' }],
	});
});

test('more replicas change the object but restart nothing', () => {
	const diff = diffObjects(
		deployment({ ...template('a'), replicas: 1 }),
		deployment({ ...template('a'), replicas: 2 }),
	);
	expect(diff).toMatchObject({
		action: 'update',
		restarts: false,
		fields: [{ path: 'spec.replicas', from: '1', to: '2' }],
	});
});

test('an entry put in front of a list is one addition, not a change of all', () => {
	const one = { name: 'A', value: '1' };
	const diff = diffObjects(
		deployment(template('a', [one])),
		deployment(template('a', [{ name: 'B', value: '2' }, one])),
	);
	expect(diff.fields.map(({ path }) => path)).toEqual([
		'spec.template.spec.containers[main].env[B].name',
		'spec.template.spec.containers[main].env[B].value',
	]);
});

test('a Secret shows states of its keys and never a value', () => {
	const secret = (data: object) => KubeObject.parse({ kind: 'Secret', metadata: { name: 's' }, data });
	const diff = diffObjects(
		secret({ same: 'c2FtZQ==', gone: 'Z29uZQ==', other: 'b2xk' }),
		secret({ same: 'c2FtZQ==', fresh: 'ZnJlc2g=', other: 'bmV3' }),
	);
	expect(diff.keys).toEqual([
		{ key: 'fresh', state: 'added' },
		{ key: 'gone', state: 'removed' },
		{ key: 'other', state: 'changed' },
		{ key: 'same', state: 'unchanged' },
	]);
	expect(diff.fields).toEqual([]);
	expect(JSON.stringify(diff)).not.toMatch(/b2xk|bmV3|ZnJlc2g/);
	expect(keysAs(KubeObject.parse({ data: { b: '' }, stringData: { a: '' } }), 'added').map(({ key }) => key)).toEqual([
		'a',
		'b',
	]);
});

const change = (action: 'create' | 'update' | 'unchanged' | 'delete' | 'refused', restarts = false) => ({
	action,
	restarts,
});
test.each([
	[[], 'No changes will happen to the cluster.'],
	[[change('unchanged'), change('unchanged')], 'No changes will happen to the cluster.'],
	[[change('create')], '1 resource is created.'],
	[[change('create'), change('create'), change('create'), change('create')], '4 resources are created.'],
	[[change('update', true), change('update')], '2 resources change, 1 restarts, none are deleted.'],
	[[change('update'), change('unchanged')], '1 resource changes, none are deleted.'],
	[
		[change('create'), change('update', true), change('delete')],
		'1 resource is created, 1 changes, 1 restarts, 1 is deleted.',
	],
	[[change('delete'), change('delete')], '2 resources are deleted.'],
	[[change('update'), change('refused')], '1 resource is refused by the cluster.'],
])('headline %#', (changes, headline) => {
	expect(headlineOf(changes)).toBe(headline);
});
