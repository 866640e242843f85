import { expect, test } from 'vitest';
import { driftOf } from './drift';
import { KubeObject } from './schema';

const manifest = KubeObject.parse({
	kind: 'Deployment',
	metadata: { name: 'web' },
	spec: {
		replicas: 1,
		template: { spec: { containers: [{ name: 'main', image: 'a:1', ports: [{ containerPort: 80 }] }] } },
	},
});

function live(managedFields: object[], spec: object) {
	return KubeObject.parse({ kind: 'Deployment', metadata: { name: 'web', managedFields }, spec });
}
const container = (image: string) => ({ template: { spec: { containers: [{ name: 'main', image }] } } });

test('a scale by hand is drift with its field and who did it', () => {
	const fields = { manager: 'kubectl', operation: 'Update', fieldsV1: { 'f:spec': { 'f:replicas': {} } } };
	expect(driftOf(manifest, live([fields], { replicas: 3 }))).toEqual([
		{ manager: 'kubectl', fields: ['spec.replicas'] },
	]);
});

test('an image set by hand is found inside the list', () => {
	const key = { 'k:{"name":"main"}': { '.': {}, 'f:image': {} } };
	const fields = {
		manager: 'kubectl-set',
		fieldsV1: { 'f:spec': { 'f:template': { 'f:spec': { 'f:containers': key } } } },
	};
	expect(driftOf(manifest, live([fields], { replicas: 1, ...container('a:2') }))).toEqual([
		{ manager: 'kubectl-set', fields: ['spec.template.spec.containers[main].image'] },
	]);
});

test('the same value written by somebody else is not drift', () => {
	const fields = { manager: 'kubectl', fieldsV1: { 'f:spec': { 'f:replicas': {} } } };
	expect(driftOf(manifest, live([fields], { replicas: 1 }))).toEqual([]);
});

test('a field the manifest does not set is somebody else’s business', () => {
	const fields = {
		manager: 'kubectl',
		fieldsV1: { 'f:spec': { 'f:paused': {} }, 'f:metadata': { 'f:labels': { 'f:team': {} } } },
	};
	expect(driftOf(manifest, live([fields], { replicas: 1, paused: true }))).toEqual([]);
});

test('Helm itself and the controllers do not drift', () => {
	const fieldsV1 = { 'f:spec': { 'f:replicas': {} } };
	const entries = [
		{ manager: 'helm', fieldsV1 },
		{ manager: 'kube-controller-manager', fieldsV1 },
		{ manager: 'x', subresource: 'status', fieldsV1 },
	];
	expect(driftOf(manifest, live(entries, { replicas: 9 }))).toEqual([]);
});
