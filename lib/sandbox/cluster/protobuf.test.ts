import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { textAt } from '@/lib/core';
import { decodeProtobuf } from './protobuf';

/** Recorded from Helm 4.1.4: the first write of `helm install` (POST secrets), and its DeleteOptions on uninstall. */
const releaseRecord = [
	'azhzAAoMCgJ2MRIGU2VjcmV0EuEFCoMBChdzaC5oZWxtLnJlbGVhc2UudjEudC52MRIAGgAiACoAMgA4AEIAWhcKCWNyZWF0ZWRB',
	'dBIKMTc5NTIwNTA2MFoJCgRuYW1lEgF0Wg0KBW93bmVyEgRoZWxtWhkKBnN0YXR1cxIPcGVuZGluZy1pbnN0YWxsWgwKB3ZlcnNp',
	'b24SATESxAQKB3JlbGVhc2USuARINHNJQUFBQUFBQUMvNVJTWFcvVE1CVDlLOUhsMWVsc3E5RFZqeHNVMElRUVVKV3RCRTEzc1pO',
	'NjlVY1UzMlNLcXY1M2xJelJBUzhnM1FmN3lEN24rQndmSUtBM29JQ0FnUTFWQkhXQXlyYUpiclZwWEJ5TUJnV1N5MWU1RUxua2E4',
	'a1ZueXZKWjB1K25DL2xTM0crQlFZTy8vT0NOcWxzYlVNMkJsRHdQbGl5NkRJYkVxRnpXUmUwYVI5d0FBYUprTG9FQ2hvVHRBMTEv',
	'dk1NSEJtVU8yeHBOT3dOb1ViQ2NmM3NQYjFwMDZNQW40a1pCd2JZMk0wdnNKY2ppWXZsSGxUb25HTkF4amNPeVNSUTMwNU1UK0Fa',
	'emdiMGJuUS9hY0hOOVVXejhadWhsSzYvdTQrMXZuOXpoZEoxMjlleC9pU1gzZGE3c1A2NmVyajB3dW0zcS8zTjllZmRSM3V4dVBN',
	'cjJxNWpyZC94SzJEZ295WTdTZjBWbTFqTXpya1Fjc2tYOHkwY3Z6UG8wWFdqdjBmRHFkd1pqNy92VG5TY2M1RlBzK1pjVFRObVgx',
	'bDNZdmgzY1FZZWc2MU1JbENRNTNrUlhtUmZZdGVXUm1WMDltZEtSVGhscmJKZUZHRnZnMWJaWlF5VnJUOWdVNFNuMWxSMkdLTldH',
	'UjJMOEx3MndhWU9Vb1BsYUZDYkNqdEhVNDJORzI2OW9WMGNmMXRLQ01jZkFRQUEvLzkyODYxU3lnSUFBQT09GhJoZWxtLnNoL3Jl',
	'bGVhc2UudjEaACIA',
].join('');
const deleteOptions = 'azhzAAoTCgJ2MRINRGVsZXRlT3B0aW9ucxIAGgAiAA==';

test('the record that Helm 4.1.4 writes on install is decoded completely', () => {
	const secret = decodeProtobuf(Buffer.from(releaseRecord, 'base64'));
	expect(secret).toMatchObject({
		apiVersion: 'v1',
		kind: 'Secret',
		type: 'helm.sh/release.v1',
		metadata: {
			name: 'sh.helm.release.v1.t.v1',
			labels: {
				name: 't',
				owner: 'helm',
				status: 'pending-install',
				version: '1',
				createdAt: expect.stringMatching(/^\d+$/),
			},
		},
	});
	const data = Buffer.from(textAt(secret, 'data', 'release') ?? '', 'base64').toString();
	const release: unknown = JSON.parse(gunzipSync(Buffer.from(data, 'base64')).toString());
	expect(release).toMatchObject({ name: 't', version: 1, chart: { metadata: { name: 't', version: '0.1.0' } } });
});

test('fields that Go leaves empty are absent, as in JSON', () => {
	const secret = decodeProtobuf(Buffer.from(releaseRecord, 'base64'));
	expect(textAt(secret, 'metadata', 'namespace')).toBeUndefined();
	expect(textAt(secret, 'metadata', 'generateName')).toBeUndefined();
});

test("Helm's DeleteOptions are decoded", () => {
	expect(decodeProtobuf(Buffer.from(deleteOptions, 'base64'))).toEqual({ apiVersion: 'v1', kind: 'DeleteOptions' });
});

test('all kinds of fields survive: integers, booleans, lists, nested messages, times and embedded JSON', () => {
	const owner = message([1, 'Job'], [3, 'migrate'], [4, 'uid-1'], [5, 'batch/v1'], [6, 1]);
	const managed = message(
		[1, 'helm'],
		[2, 'Update'],
		[3, 'v1'],
		[4, message([1, 1_700_000_000])],
		[7, message([1, '{"f:data":{}}'])],
	);
	const metadata = message([1, 'config'], [7, 300], [13, owner], [14, 'a'], [14, 'b'], [17, managed]);
	const map = message([1, metadata], [2, message([1, 'KEY'], [2, 'value'])], [2, message([1, 'EMPTY'])], [4, 1]);
	expect(decodeProtobuf(envelope('ConfigMap', map))).toEqual({
		apiVersion: 'v1',
		kind: 'ConfigMap',
		immutable: true,
		data: { KEY: 'value', EMPTY: '' },
		metadata: {
			name: 'config',
			generation: 300,
			ownerReferences: [{ kind: 'Job', name: 'migrate', uid: 'uid-1', apiVersion: 'batch/v1', controller: true }],
			finalizers: ['a', 'b'],
			managedFields: [
				{
					manager: 'helm',
					operation: 'Update',
					apiVersion: 'v1',
					time: '2023-11-14T22:13:20Z',
					fieldsV1: { 'f:data': {} },
				},
			],
		},
	});
});

test('other bytes and other kinds are not taken for something known', () => {
	expect(decodeProtobuf(Buffer.from('{"kind":"Secret"}'))).toBeUndefined();
	expect(decodeProtobuf(envelope('Pod', message([1, message([1, 'x'])])))).toBeUndefined();
});

test('a body that is cut short is an error, not half an object', () => {
	const bytes = Buffer.from(releaseRecord, 'base64');
	expect(() => decodeProtobuf(bytes.subarray(0, bytes.length - 10))).toThrow(RangeError);
	expect(() => decodeProtobuf(bytes.subarray(0, 5))).toThrow(RangeError);
});

function envelope(kind: string, raw: Buffer): Buffer {
	return Buffer.concat([Buffer.from('k8s\0'), message([1, message([1, 'v1'], [2, kind])], [2, raw])]);
}

/** A protobuf message from field numbers and values; numbers become varints, everything else is length-delimited. */
function message(...fields: [number: number, value: number | string | Buffer][]): Buffer {
	const parts = fields.map(([number, value]) => {
		if (typeof value === 'number') return Buffer.concat([varint(number << 3), varint(value)]);
		const bytes = Buffer.from(value);
		return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
	});
	return Buffer.concat(parts);
}

function varint(value: number): Buffer {
	const bytes: number[] = [];
	let left = value;
	for (; left > 127; left = Math.floor(left / 128)) bytes.push((left % 128) | 128);
	return Buffer.from([...bytes, left]);
}
