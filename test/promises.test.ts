import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const rows = [...readFileSync(join(root, 'docs/promises.md'), 'utf8').matchAll(/\| `(\S+)`: (.+) \|$/gm)];

test('every promise names a test that exists', () => {
	const missing = rows
		.map(([, file = '', name = '']) => ({ file, name }))
		.filter(
			({ file, name }) => !existsSync(join(root, file)) || !readFileSync(join(root, file), 'utf8').includes(name),
		);

	expect(rows.length).toBeGreaterThan(50);
	expect(missing).toEqual([]);
});

test('every line of every table is such a row', () => {
	const lines = readFileSync(join(root, 'docs/promises.md'), 'utf8')
		.split('\n')
		.filter((line) => line.startsWith('| ') && !line.startsWith('| promise'));

	expect(lines.length).toBe(rows.length);
});
