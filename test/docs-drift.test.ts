import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { settings } from '@/lib/config';

const root = join(import.meta.dirname, '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

test('the configuration table of the README is what lib/config.ts reads', () => {
	const table = Object.entries(settings).map(
		([name, { about, default: fallback }]) => `| \`${name}\` | ${about} | ${fallback} |`,
	);
	const written = readme.split('<!-- settings -->')[1]?.split('<!-- /settings -->')[0]?.trim().split('\n');

	expect(written).toEqual(table);
});

test('.env.example names every setting, and only those', () => {
	const names = [...readFileSync(join(root, '.env.example'), 'utf8').matchAll(/^# ?([A-Z_]+)=/gm)].map(
		(match) => match[1],
	);

	expect(names).toEqual(Object.keys(settings));
});

test('every command the README names exists', () => {
	const { scripts } = z
		.object({ scripts: z.record(z.string(), z.string()) })
		.parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
	const named = [...readme.matchAll(/npm run ([a-z:0-9]+)/g)].map((match) => match[1] ?? '');

	expect(named.length).toBeGreaterThan(3);
	expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
});

test('every file the README and the promises link to exists', () => {
	const documents = ['README.md', ...(existsSync(join(root, 'docs/promises.md')) ? ['docs/promises.md'] : [])];
	const broken = documents.flatMap((document) => {
		const text = readFileSync(join(root, document), 'utf8');
		const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)/g)].map((match) => match[1] ?? '');
		return links.filter((link) => !existsSync(join(root, document, '..', link)));
	});

	expect(broken).toEqual([]);
});
