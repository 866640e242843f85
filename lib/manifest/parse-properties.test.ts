import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseManifest } from './parse';
import { Manifest } from './schema';

const minimal = { id: 'demo', version: '1.0.0', permissions: [], icon: './icon.svg', name: 'Demo' };

describe('any input', () => {
	const manifestLike = fc.record(
		{
			id: fc.anything(),
			version: fc.anything(),
			permissions: fc.anything(),
			env: fc.oneof(
				fc.anything(),
				fc.array(fc.record({ key: fc.anything(), type: fc.anything(), default: fc.anything() }, { requiredKeys: [] })),
			),
			backend: fc.oneof(
				fc.anything(),
				fc.record({ env: fc.anything(), image: fc.anything(), ports: fc.anything() }, { requiredKeys: [] }),
			),
			apps: fc.oneof(
				fc.anything(),
				fc.array(fc.record({ id: fc.anything(), frontend: fc.anything() }, { requiredKeys: [] })),
			),
			settings: fc.oneof(
				fc.anything(),
				fc.record({ secrets: fc.anything(), schema: fc.anything() }, { requiredKeys: [] }),
			),
			sandbox: fc.anything(),
			services: fc.anything(),
		},
		{ requiredKeys: [] },
	);

	test('never throws, and gives a stored model or a blocker', () => {
		fc.assert(
			fc.property(
				fc.oneof(
					fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true }),
					fc.string(),
					fc.json(),
					manifestLike,
				),
				(raw) => {
					const { manifest, blockers } = parseManifest(raw);
					if (manifest) expect(Manifest.parse(manifest)).toEqual(manifest);
					else expect(blockers).not.toEqual([]);
				},
			),
			{ numRuns: 500 },
		);
	});

	const fill = (part: string) => part.repeat(Math.floor(262_000 / part.length));
	test.each<[string, string]>([
		['brackets', fill('[')],
		['nested objects', fill('{"a":')],
		['a long id', JSON.stringify({ id: fill('a-') })],
		['a long image', JSON.stringify({ ...minimal, backend: { image: fill('a.') } })],
		['a long version', JSON.stringify({ ...minimal, version: `1.0.0-${fill('a.')}` })],
		['dots', JSON.stringify({ ...minimal, icon: fill('../') })],
		[
			'many keys',
			JSON.stringify({
				...minimal,
				env: Array.from({ length: 6_000 }, (_, index) => ({ key: `K${index}`, required: true })),
			}),
		],
		[
			'many static values',
			JSON.stringify({
				...minimal,
				backend: { env: Object.fromEntries(Array.from({ length: 15_000 }, (_, index) => [`K${index}`, 'v'])) },
			}),
		],
		['many fields', JSON.stringify(Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`f${index}`, 1])))],
		[
			'many permissions',
			JSON.stringify({ ...minimal, permissions: Array.from({ length: 20_000 }, (_, index) => `p:${index}`) }),
		],
		['a long description', JSON.stringify({ ...minimal, description: fill(' \\u202e').slice(0, 250_000) })],
	])('256 KB of %s are read to the end', (_, raw) => {
		const { manifest, blockers } = parseManifest(raw);
		expect(manifest !== null || blockers.length > 0).toBe(true);
	});
});
