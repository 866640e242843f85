import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFences } from './fences';

const place = { namespace: 'demo', release: 'hello' };
let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'packyard-fences-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('lets equal and higher numbers through and lower ones never', () => {
	const { admit } = createFences(folder);
	expect([3, 3, 5, 4, 3, 0, 5, 6].map((fence) => admit(place, fence))).toEqual([
		true,
		true,
		true,
		false,
		false,
		false,
		true,
		true,
	]);
});

test('is kept for a later process, and for each release apart', () => {
	expect(createFences(folder).admit(place, 7)).toBe(true);
	const later = createFences(folder);

	expect(later.admit(place, 6)).toBe(false);
	expect(later.admit({ ...place, release: 'other' }, 1)).toBe(true);
	expect(later.admit({ ...place, namespace: 'other' }, 1)).toBe(true);
});

test('what cannot be written down is not let through, with the reason', () => {
	writeFileSync(join(folder, 'fences'), 'in the way');
	expect(() => createFences(folder).admit(place, 1)).toThrow(
		expect.objectContaining({ message: expect.stringMatching(/cannot use its folder/), hint: expect.any(String) }),
	);
});
