import { expect, test } from 'vitest';
import type { KubeObject } from './object';
import { fieldSelector, labelSelector } from './selectors';

test.each([
	['', true],
	['app=web', true],
	['app==web', true],
	['app=api', false],
	['app!=api', true],
	['missing!=anything', true],
	['app', true],
	['!app', false],
	['!missing', true],
	['app in (web, api)', true],
	['app in (api)', false],
	['missing in (web)', false],
	['app notin (api)', true],
	['missing notin (api)', true],
	['owner=helm,status in (deployed, failed),!missing', true],
	['owner=helm,status in (pending-install)', false],
	['packyard.dev/operation=op-1', true],
])('label selector "%s" matches: %s', (selector, matches) => {
	expect(labelSelector(selector)(pod)).toBe(matches);
});

test.each([
	['', true],
	['metadata.name=web-1', true],
	['metadata.name!=web-1', false],
	['status.phase=Running,metadata.namespace=demo', true],
	['status.phase!=Running', false],
	['spec.nodeName=', true],
])('field selector "%s" matches: %s', (selector, matches) => {
	expect(fieldSelector(selector)(pod)).toBe(matches);
});

test('a selector that cannot be read is refused with 400', () => {
	expect(() => labelSelector('app in web')).toThrow(expect.objectContaining({ code: 400 }));
	expect(() => fieldSelector('metadata.name')).toThrow(expect.objectContaining({ code: 400 }));
});

const pod: KubeObject = {
	apiVersion: 'v1',
	kind: 'Pod',
	metadata: {
		name: 'web-1',
		namespace: 'demo',
		uid: 'u',
		resourceVersion: '1',
		creationTimestamp: '2026-01-01T00:00:00Z',
		labels: { app: 'web', owner: 'helm', status: 'deployed', 'packyard.dev/operation': 'op-1' },
	},
	status: { phase: 'Running' },
};
