import { expect, test } from 'vitest';
import { identityOf, parseManifest, podTemplateOf } from './documents';

test('scalars are read as the API server reads them', () => {
	const [object] = parseManifest(`
kind: X
metadata: {name: x}
spec:
  octal: 0440
  yes: yes
  off: off
  y: y
  hex: 0x2
  underscore: 1_0
  date: 2024-01-01
  time: 12:30:00
  quoted: "0440"
  nothing: ~
`);
	expect(object?.spec).toEqual({
		octal: 288,
		true: true,
		false: false,
		y: 'y',
		hex: 2,
		underscore: 10,
		date: '2024-01-01',
		time: '12:30:00',
		quoted: '0440',
		nothing: null,
	});
});

test('hooks are told apart, lists flattened, empty documents skipped', () => {
	const objects = parseManifest(`
# only a comment
---
kind: Job
metadata: {name: a, annotations: {"helm.sh/hook": "pre-install, post-upgrade"}}
---
apiVersion: v1
kind: List
items:
- {kind: ConfigMap, metadata: {name: b}}
- {kind: Secret, metadata: {name: c}}
`);
	expect(objects.map((object) => [object.metadata.name, object.hooks])).toEqual([
		['a', ['pre-install', 'post-upgrade']],
		['b', []],
		['c', []],
	]);
});

test('an object keeps its identity when the version of its group changes', () => {
	const [old, young] = parseManifest(
		'{apiVersion: autoscaling/v2beta2, kind: H, metadata: {name: h}}\n---\n{apiVersion: autoscaling/v2, kind: H, metadata: {name: h, namespace: apps}}',
	);
	expect(old && identityOf(old, 'apps')).toBe(young && identityOf(young, 'other'));
});

test('the pod template of a CronJob is found, that of a ConfigMap is not', () => {
	const [cron, map] = parseManifest(`
kind: CronJob
metadata: {name: c}
spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: m, image: i}]}}}}}
---
kind: ConfigMap
metadata: {name: m}
`);
	expect(cron && podTemplateOf(cron)).toMatchObject({ spec: { containers: [{ name: 'm' }] } });
	expect(map && podTemplateOf(map)).toBeUndefined();
});

test('text that is not YAML is refused with where', () => {
	expect(() => parseManifest('a: [')).toThrow(/not YAML/);
});
