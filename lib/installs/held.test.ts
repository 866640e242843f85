import fc from 'fast-check';
import { expect, test } from 'vitest';
import { own } from '@/lib/core';
import { diffContract, type EnvVar, isSecretVar, type Manifest } from '@/lib/manifest';
import { backendOf, envVar, manifestOf, stepsOf } from '@/test/support/manifests';
import { type PreparedEnvironment, prepareEnvironment } from './environment';
import { heldBy } from './held';

/** What the plan says about an upgrade and what the submit does are computed apart; here they are held together. */

const KEYS: readonly string[] = ['ALPHA_KEY', 'SERVICE_ALPHA_KEY', 'BETA_URL', 'BETA_HTTP_URL', 'GAMMA', 'valueOf'];
const VALUES: readonly string[] = ['5', 'true', 'https://u:p@h.test/x', 'text', 'yes', '1e3', '0x10', ' 01'];
const NOBODY = { fingerprint: 'f', setBy: { id: null, name: 'Ana' }, setAt: '2026-11-20T10:00:00.000Z' };

test('what the plan says must be answered stops the submit', () => {
	check(({ diff, prepared }) => {
		const stopped = prepared.invalid.map(({ name }) => name);
		for (const change of diff.changes)
			if (change.gate === 'value-needed' && 'key' in change) expect(stopped).toContain(change.key);
	});
});

test('what stops the submit is a question of the plan', () => {
	check(({ diff, prepared }) => {
		for (const { name } of prepared.invalid) expect(diff.questions).toContain(name);
	});
});

test('what the plan says goes along is there afterwards: the same text, or the same secret unread', () => {
	check(({ diff, prepared, before }) => {
		for (const key of diff.carried) {
			const carried = own(prepared.config, key)?.value ?? own(prepared.promoted, key) ?? hiddenOf(prepared, key);
			expect([key, carried]).toEqual([key, own(before.config, key)?.value ?? hiddenOf(before, key)]);
		}
	});
});

type Case = { diff: ReturnType<typeof diffContract>; before: PreparedEnvironment; prepared: PreparedEnvironment };

/** Install one contract with some answers, then upgrade to another without touching anything. */
function check(property: (facts: Case) => void): void {
	const answers = fc.dictionary(fc.constantFrom(...KEYS), fc.constantFrom(...VALUES));
	fc.assert(
		fc.property(contract, contract, answers, fc.subarray([...KEYS]), (older, newer, values, asSecret) => {
			const known = Object.entries(values).filter(([key]) => older.contract.some((one) => one.key === key));
			const hidden = new Set(
				older.contract.filter((one) => isSecretVar(one) || asSecret.includes(one.key)).map(({ key }) => key),
			);
			const nothing = { release: 'p', instanceValues: {}, renames: {}, discard: [], lost: [] };
			const before = prepareEnvironment({
				...nothing,
				manifest: older,
				plain: Object.fromEntries(known.filter(([key]) => !hidden.has(key))),
				secretKeys: known.flatMap(([key]) => (hidden.has(key) ? [key] : [])),
				previous: null,
			});
			fc.pre(before.invalid.length === 0);
			const secrets = Object.fromEntries(before.given.map((key) => [key, NOBODY]));
			const { answers: given, archived } = before;
			const previous = { number: 1, manifest: older, answers: given, archived, secrets };
			const prepared = prepareEnvironment({ ...nothing, manifest: newer, plain: {}, secretKeys: [], previous });
			const held = heldBy(previous, { wanted: newer });
			const diff = diffContract({ steps: stepsOf(older, newer), answers: held, separate: KEYS });
			property({ diff, before, prepared });
		}),
		{ numRuns: 400, maxSkipsPerRun: 1000 },
	);
}

const variable = (key: string): fc.Arbitrary<EnvVar> =>
	fc
		.record({
			type: fc.constantFrom('string', 'number', 'boolean', 'secret', 'url'),
			required: fc.boolean(),
			vault: fc.boolean(),
			default: fc.option(fc.constantFrom('1', 'true', 'https://d.test'), { nil: null }),
		})
		.map(({ vault, ...fields }) =>
			envVar(key, { ...fields, storage: fields.type === 'secret' || vault ? 'vault' : 'config' }),
		);
const contract: fc.Arbitrary<Manifest> = fc
	.record({
		variables: fc.subarray([...KEYS]).chain((keys) => fc.tuple(...keys.map(variable))),
		pack: fc.dictionary(fc.constantFrom(...KEYS), fc.constantFrom('by-the-pack', '7'), { maxKeys: 2 }),
	})
	.map(({ variables, pack }) => manifestOf(variables, { backend: backendOf(pack) }));

function hiddenOf({ given, keep, fallbacks }: PreparedEnvironment, key: string): string | undefined {
	if (given.includes(key) || keep.some((kept) => kept.key === key)) return 'a secret';
	return own(fallbacks, key);
}
