import { describe, expect, test } from 'vitest';
import { jsonPatch, mergePatch } from './json-patch';

describe('merge patch (the examples of RFC 7386, appendix A)', () => {
	test.each([
		[{ a: 'b' }, { a: 'c' }, { a: 'c' }],
		[{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
		[{ a: 'b' }, { a: null }, {}],
		[{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
		[{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
		[{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
		[
			['a', 'b'],
			['c', 'd'],
			['c', 'd'],
		],
		[{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
	])('%j patched with %j is %j', (target, patch, result) => {
		expect(mergePatch(target, patch)).toEqual(result);
	});
});

describe('JSON patch (RFC 6902)', () => {
	const target = { spec: { replicas: 1, ports: [80, 443] }, metadata: { labels: { 'a/b': 'x', 'c~d': 'y' } } };

	test('the six operations apply in order and leave the target alone', () => {
		const before = structuredClone(target);
		const result = jsonPatch(target, [
			{ op: 'test', path: '/spec/replicas', value: 1 },
			{ op: 'replace', path: '/spec/replicas', value: 3 },
			{ op: 'add', path: '/spec/ports/0', value: 22 },
			{ op: 'add', path: '/spec/ports/-', value: 9090 },
			{ op: 'remove', path: '/metadata/labels/a~1b' },
			{ op: 'move', from: '/metadata/labels/c~0d', path: '/metadata/moved' },
			{ op: 'copy', from: '/spec/ports/1', path: '/spec/first' },
		]);
		expect(result).toEqual({
			spec: { replicas: 3, ports: [22, 80, 443, 9090], first: 80 },
			metadata: { labels: {}, moved: 'y' },
		});
		expect(target).toEqual(before);
	});

	test.each([
		['a missing member', [{ op: 'remove', path: '/spec/none' }]],
		['a replacement of nothing', [{ op: 'replace', path: '/spec/none', value: 1 }]],
		['an index beyond the end', [{ op: 'add', path: '/spec/ports/3', value: 1 }]],
		['a failed test', [{ op: 'test', path: '/spec/replicas', value: 2 }]],
		['a path through a number', [{ op: 'add', path: '/spec/replicas/x', value: 1 }]],
	])('%s is refused with 422', (_, patch) => {
		expect(() => jsonPatch(target, patch)).toThrow(expect.objectContaining({ code: 422 }));
	});

	test('a malformed patch is refused with 400', () => {
		expect(() => jsonPatch(target, { op: 'add' })).toThrow(expect.objectContaining({ code: 400 }));
		expect(() => jsonPatch(target, [{ op: 'frobnicate', path: '/x' }])).toThrow(expect.objectContaining({ code: 400 }));
	});
});
