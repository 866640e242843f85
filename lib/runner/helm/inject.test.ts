import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { isRecord, listAt } from '@/lib/core';
import { parseManifest, podTemplateOf, type RenderedObject } from './documents';
import { injectEnvironment } from './inject';

const injection = {
	image: 'ghcr.io/khal-os/hello',
	configMapName: 'hello-env-r1',
	secretName: 'hello-env-r1',
	keys: ['LOG_LEVEL', 'API_KEY'],
};

const traps = `# a comment
apiVersion: v1
kind: ConfigMap
metadata:
  name: edge
  labels: {on: "yes"}
data:
  a: "0644"
  multi: |
    line1
      line2
    {{ "{{ not a template }}" }}

  folded: >-
    some folded
    text
  json: '{"a": "b\\n", "c": [1, 2]}'
---
# Source: edge/templates/a.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: edge}
spec:
  replicas: 0x2
  template:
    metadata: {labels: {app: edge}}
    spec:
      automountServiceAccountToken: no
      hostNetwork: off
      volumes: [{name: s, secret: {secretName: portal-sec, defaultMode: 0440}}]
      terminationGracePeriodSeconds: 1_0
      containers:
      - &c
        name: a
        image: "ghcr.io/khal-os/hello:1.2.0"   # the backend
        command:
        - sh
        - -c
        - |
          echo '---'
          exit 0
      - {name: b, image: nginx:1.27}
---
kind: Job
metadata:
  name: migrate
  annotations:
    "helm.sh/hook": pre-install
spec:
  template:
    spec:
      initContainers:
        -   name: init
            image: ghcr.io/khal-os/hello@sha256:${'a'.repeat(64)}
            envFrom:
              - configMapRef:
                  name: own   # of the chart
      containers:
        - name: main
          envFrom: [{configMapRef: {name: own}}]
          image: ghcr.io/khal-os/hello
`;

test('only insertions are made: removing them gives the chart back byte for byte', () => {
	const { text, injected, warnings } = injectEnvironment(traps, injection);
	expect(warnings).toEqual([]);
	expect(injected).toEqual([
		{ workload: 'Deployment edge', container: 'a', image: 'ghcr.io/khal-os/hello:1.2.0', shadowed: [] },
		{
			workload: 'Job migrate',
			container: 'init',
			image: `ghcr.io/khal-os/hello@sha256:${'a'.repeat(64)}`,
			shadowed: [],
		},
		{ workload: 'Job migrate', container: 'main', image: 'ghcr.io/khal-os/hello', shadowed: [] },
	]);
	const both = '{configMapRef: {name: "hello-env-r1"}}, {secretRef: {name: "hello-env-r1"}}';
	const undone = text
		.replace(`envFrom: [${both}]\n        `, '')
		.replace(
			'\n              - {configMapRef: {name: "hello-env-r1"}}\n              - {secretRef: {name: "hello-env-r1"}}',
			'',
		)
		.replace(`, ${both}`, '');
	expect(undone).toBe(traps);
});

test('what Kubernetes reads differs only by envFrom, ours last', () => {
	const before = parseManifest(traps);
	const after = parseManifest(injectEnvironment(traps, injection).text);
	expect(after).toHaveLength(before.length);
	expect(after[0]).toEqual(before[0]);
	const init = after.flatMap((object) => podTemplateOf(object)?.spec).at(-1);
	expect(init).toMatchObject({
		initContainers: [
			{
				envFrom: [
					{ configMapRef: { name: 'own' } },
					{ configMapRef: { name: 'hello-env-r1' } },
					{ secretRef: { name: 'hello-env-r1' } },
				],
			},
		],
	});
});

test('injecting twice changes nothing the second time', () => {
	const once = injectEnvironment(traps, injection);
	const twice = injectEnvironment(once.text, injection);
	expect(twice.text).toBe(once.text);
	expect(twice.injected).toEqual(once.injected);
});

test('without a matching image every workload container gets it, with a warning', () => {
	const { injected, warnings } = injectEnvironment(traps, { ...injection, image: 'ghcr.io/khal-os/other' });
	expect(injected.map(({ container }) => container)).toEqual(['a', 'b', 'init', 'main']);
	expect(warnings.join()).toMatch(/No container runs ghcr.io\/khal-os\/other/);
});

test('image null means every workload container, without a warning', () => {
	const { injected, warnings } = injectEnvironment(traps, { ...injection, image: null });
	expect(injected).toHaveLength(4);
	expect(warnings).toEqual([]);
});

test('short names of Docker Hub are the same image', () => {
	const pod = 'kind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  - name: x\n    image: nginx:1\n';
	expect(injectEnvironment(pod, { ...injection, image: 'docker.io/library/nginx' }).warnings).toEqual([]);
	// A registry port is not a tag.
	expect(
		injectEnvironment(pod.replace('nginx:1', 'reg:5000/n'), { ...injection, image: 'reg:5000/n' }).warnings,
	).toEqual([]);
});

describe('the report of which key reaches which container', () => {
	const pod = (...containers: string[]) =>
		`kind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n${containers
			.map((env, index) => `  - name: c${index}\n    image: ghcr.io/khal-os/hello:1\n${env}`)
			.join('')}`;
	const sets = (key: string) => `    env:\n    - {name: ${key}, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}\n`;

	test('names a key that the chart sets itself everywhere: it reaches nothing', () => {
		const { injected, warnings } = injectEnvironment(pod(sets('LOG_LEVEL')), injection);

		expect(injected).toMatchObject([{ container: 'c0', shadowed: ['LOG_LEVEL'] }]);
		expect(warnings).toEqual(['LOG_LEVEL reaches nothing: the chart sets it itself in container c0 of Pod p.']);
	});

	test('names where a key does not arrive when it arrives elsewhere', () => {
		const { injected, warnings } = injectEnvironment(pod(sets('LOG_LEVEL'), '', sets('OTHER')), injection);

		expect(injected.map(({ shadowed }) => shadowed)).toEqual([['LOG_LEVEL'], [], []]);
		expect(warnings).toEqual(['LOG_LEVEL does not reach container c0 of Pod p: the chart sets it itself there.']);
	});

	test('follows anchors: a list of variables shared by two containers shadows in both', () => {
		const shared = pod('    env: &env\n    - {name: LOG_LEVEL, value: debug}\n', '    env: *env\n');

		expect(injectEnvironment(shared, injection).injected.map(({ shadowed }) => shadowed)).toEqual([
			['LOG_LEVEL'],
			['LOG_LEVEL'],
		]);
	});

	test('names every key of a chart without any workload', () => {
		const { injected, warnings } = injectEnvironment('kind: ConfigMap\nmetadata: {name: c}\n', injection);

		expect(injected).toEqual([]);
		expect(warnings).toEqual(['The chart has no workload, so the configuration reaches nothing: LOG_LEVEL, API_KEY.']);
	});
});

test('anchors, aliases and merge keys are followed', () => {
	const text = `kind: Deployment
metadata: {name: d}
spec:
  template:
    spec:
      initContainers:
      - &base
        name: one
        image: ghcr.io/khal-os/hello:1
      containers:
      - <<: *base
        name: two
`;
	const { text: out, injected } = injectEnvironment(text, injection);
	expect(injected.map(({ container }) => container)).toEqual(['one', 'two']);
	const containers = parseManifest(out).map((object) => podTemplateOf(object)?.spec);
	expect(containers[0]).toMatchObject({
		initContainers: [{ envFrom: [{}, { secretRef: { name: 'hello-env-r1' } }] }],
		containers: [{ name: 'two', envFrom: [{}, { secretRef: { name: 'hello-env-r1' } }] }],
	});
});

test.each([
	['an anchor on the first key', '  - &k name: a\n    image: ghcr.io/khal-os/hello\n    args: [*k]\n'],
	['an explicit key', '  - ? name\n    : a\n    image: ghcr.io/khal-os/hello\n'],
	['an empty envFrom', '  - name: a\n    image: ghcr.io/khal-os/hello\n    envFrom:\n'],
	['an empty flow envFrom', '  - name: a\n    image: ghcr.io/khal-os/hello\n    envFrom: []\n'],
	[
		'a flow envFrom with a trailing comma',
		'  - name: a\n    image: ghcr.io/khal-os/hello\n    envFrom: [{configMapRef: {name: own}}, ]\n',
	],
	[
		'a comment after the last entry',
		'  - name: a\n    image: ghcr.io/khal-os/hello\n    envFrom:\n    - secretRef:\n        name: own\n    # end\n',
	],
	['an empty line in the list', '  - name: a\n\n    image: ghcr.io/khal-os/hello\n\n\n  - name: b\n    image: c\n'],
	['a container in one line', '  - {"name": "a", "image": "ghcr.io/khal-os/hello"}\n'],
])('%s ends with the right objects', (_, containers) => {
	const text = `a: 0440\n---\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n${containers}  dnsPolicy: 0123\n---\nb: 0440\n`;
	const { text: out } = injectEnvironment(text, injection);
	const pod = parseManifest(out).find((object) => object.kind === 'Pod');
	const before = parseManifest(text).find((object) => object.kind === 'Pod');
	const entries = [{ configMapRef: { name: 'hello-env-r1' } }, { secretRef: { name: 'hello-env-r1' } }];
	const [first] = listAt(podSpec(pod), 'containers');
	expect(listAt(first, 'envFrom').slice(-2)).toEqual(entries);
	expect({ ...podSpec(pod), containers: [] }).toEqual({ ...podSpec(before), containers: [] });
	expect(out.startsWith('a: 0440\n---\n') && out.endsWith('---\nb: 0440\n')).toBe(true);
	expect(injectEnvironment(out, injection).text).toBe(out);
});

test('any layout of a workload keeps its meaning', () => {
	const scalar = fc.oneof(
		fc.string({ maxLength: 12 }),
		fc.constantFrom('0440', 'yes', '1e3', '~', 'a: b', '- x', '# no'),
	);
	const container = fc.record({
		name: fc.constantFrom('a', 'b'),
		image: fc.constantFrom('ghcr.io/khal-os/hello:1', 'other'),
		args: fc.array(scalar, { maxLength: 3 }),
		envFrom: fc.option(fc.array(fc.constant({ secretRef: { name: 'own' } }), { maxLength: 2 }), { nil: undefined }),
	});
	const style = fc.record({
		indent: fc.integer({ min: 1, max: 6 }),
		indentSeq: fc.boolean(),
		collectionStyle: fc.constantFrom('any', 'flow'),
	});
	fc.assert(
		fc.property(fc.array(container, { minLength: 1, maxLength: 3 }), style, (containers, options) => {
			const object = { kind: 'Pod', metadata: { name: 'p' }, spec: { containers, note: '0440' } };
			const text = stringify(object, {
				...options,
				collectionStyle: options.collectionStyle === 'flow' ? 'flow' : 'any',
			});
			const { text: out } = injectEnvironment(text, injection);
			const [before] = parseAllDocuments(text, { schema: 'failsafe' });
			const [after] = parseAllDocuments(out, { schema: 'failsafe' });
			const strip = (value: unknown) => JSON.stringify(value, (key, item) => (key === 'envFrom' ? undefined : item));
			expect(strip(after?.toJS())).toBe(strip(before?.toJS()));
		}),
		{ numRuns: 200 },
	);
});

test('text that is not YAML is refused', () => {
	expect(() => injectEnvironment('kind: [', injection)).toThrow(/not YAML/);
});

function podSpec(object: RenderedObject | undefined): Record<string, unknown> {
	return isRecord(object?.spec) ? object.spec : {};
}
