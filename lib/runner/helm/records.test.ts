import { expect, test } from 'vitest';
import { KubeObject } from '../kube/schema';
import {
	contentOf,
	currentRecord,
	decodeRecord,
	encodeRecord,
	isFailedFirstInstall,
	isPending,
	markFailed,
	type RecordHead,
} from './records';

const release = {
	name: 'hello',
	version: 2,
	manifest: 'kind: X',
	config: { password: 'hunter2' },
	info: { status: 'pending-upgrade', description: 'Preparing upgrade', notes: 'keep me' },
	chart: { metadata: { name: 'pack-hello', version: '1.2.0' }, files: [] },
};
const secret = KubeObject.parse({
	apiVersion: 'v1',
	kind: 'Secret',
	type: 'helm.sh/release.v1',
	metadata: {
		name: 'sh.helm.release.v1.hello.v2',
		resourceVersion: '7',
		labels: { owner: 'helm', status: 'pending-upgrade', version: '2' },
	},
	data: { release: encodeRecord(release) },
});

function head(revision: number, status: string): RecordHead {
	return { secretName: `v${revision}`, revision, status, operationId: null, fence: 0, secret };
}

test('a record survives encoding and decoding', () => {
	expect(decodeRecord(secret)).toEqual(release);
});

test('a stuck record becomes failed in label and content, and keeps all else', () => {
	const failed = markFailed(secret, 'interrupted');
	expect(failed.metadata).toMatchObject({
		resourceVersion: '7',
		labels: { owner: 'helm', status: 'failed', version: '2' },
	});
	expect(decodeRecord(failed)).toEqual({
		...release,
		info: { ...release.info, status: 'failed', description: 'interrupted' },
	});
});

test('the values of a release are not part of what is read', () => {
	expect(JSON.stringify(contentOf({ ...head(2, 'deployed'), secret }))).not.toContain('hunter2');
});

test('something else in that place is an error without its content', () => {
	const broken = { ...secret, data: { release: encodeRecord({ config: 'hunter2' }) } };
	expect(() => contentOf({ ...head(2, 'deployed'), secret: broken })).toThrow(/does not look like a release/);
	expect(() => decodeRecord({ ...secret, data: { release: 'xx' } })).toThrow(/cannot be decoded/);
});

test.each(['pending-install', 'pending-upgrade', 'pending-rollback', 'uninstalling'])('%s needs recovery', (status) => {
	expect(isPending(head(1, status))).toBe(true);
});
test.each(['deployed', 'failed', 'superseded', 'uninstalled', 'unknown'])('%s does not', (status) => {
	expect(isPending(head(1, status))).toBe(false);
});

test('only a release that never ran is installed again instead of upgraded', () => {
	expect(isFailedFirstInstall([])).toBe(false);
	expect(isFailedFirstInstall([head(1, 'failed')])).toBe(true);
	expect(isFailedFirstInstall([head(2, 'failed'), head(1, 'failed')])).toBe(true);
	expect(isFailedFirstInstall([head(2, 'failed'), head(1, 'deployed')])).toBe(false);
	expect(isFailedFirstInstall([head(3, 'failed'), head(2, 'failed'), head(1, 'superseded')])).toBe(false);
});

test('what runs is the deployed record even when a newer attempt failed', () => {
	expect(currentRecord([head(3, 'failed'), head(2, 'deployed')])?.revision).toBe(2);
	expect(currentRecord([head(1, 'failed')])?.revision).toBe(1);
	expect(currentRecord([])).toBeNull();
});
