import { expect, test } from 'vitest';
import { bundleName, sizeWords } from './bundle-words';

test.each([
	['packs-2026-11.tar', 'packs-2026-11'],
	['From the ship.TAR', 'From the ship'],
	['.tar', '.tar'],
	['packs', 'packs'],
])('%s is called %s', (file, name) => {
	expect(bundleName(file)).toBe(name);
});

test.each([
	[200, '1 kB'],
	[36_352, '36 kB'],
	[31_494_144, '31.5 MB'],
	[250_000_000, '250 MB'],
	[4_200_000_000, '4.2 GB'],
])('%i bytes are %s', (bytes, words) => {
	expect(sizeWords(bytes)).toBe(words);
});
