import { expect, test } from 'vitest';
import { BEHAVIOUR_ANNOTATION, faultOf } from './behaviour';
import type { KubeObject } from './object';

test.each([
	['ghcr.io/khal-os/notes:1.0.0', undefined],
	['ghcr.io/khal-os/does-not-exist:1', 'ImagePullBackOff'],
	['ghcr.io/khal-os/notes:crashloop', 'CrashLoopBackOff'],
	['broken:1', 'CrashLoopBackOff'],
	['notes:oom', 'OOMKilled'],
	['migrate-failing:1', 'Fail'],
	['notes:never-ready', 'NotReady'],
	['notes:unschedulable', 'Unschedulable'],
	// Only whole words count.
	['ghcr.io/khal-os/unbroken:1', undefined],
	['ghcr.io/khal-os/failover:1', undefined],
])('a pod that runs %s turns out %s', (image, behaviour) => {
	expect(faultOf(pod({ image }))?.behaviour).toBe(behaviour);
});

test('the annotation overrides the image, and the caller overrides both', () => {
	const annotated = pod({ image: 'broken:1', annotations: { [BEHAVIOUR_ANNOTATION]: 'ok' } });
	expect(faultOf(annotated)).toBeUndefined();
	expect(faultOf(annotated, () => 'OOMKilled')).toEqual({ behaviour: 'OOMKilled', container: 'app' });
	expect(faultOf(annotated, () => undefined)).toBeUndefined();
});

test('the container at fault is named, init containers first', () => {
	expect(faultOf(pod({ image: 'broken:1', initImage: 'failing:1' }))).toEqual({ behaviour: 'Fail', container: 'init' });
	expect(faultOf(pod({ image: 'broken:1', initImage: 'fine:1' }))).toEqual({
		behaviour: 'CrashLoopBackOff',
		container: 'app',
	});
});

type Wanted = { image: string; initImage?: string; annotations?: Record<string, string> };

function pod({ image, initImage = 'init:1', annotations }: Wanted): KubeObject {
	const metadata = { name: 'web', uid: 'u', resourceVersion: '1', creationTimestamp: '', annotations };
	const spec = { initContainers: [{ name: 'init', image: initImage }], containers: [{ name: 'app', image }] };
	return { apiVersion: 'v1', kind: 'Pod', metadata, spec };
}
