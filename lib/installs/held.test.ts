import fc from 'fast-check';
import { expect, test } from 'vitest';
import { own } from '@/lib/core';
import { diffContract, type EnvVar, isSecretVar, type Manifest } from '@/lib/manifest';
import { backendOf, envVar, manifestOf, stepsOf } from '@/test/support/manifests';
import { type PreparedEnvironment, type PreviousRevision, prepareEnvironment } from './environment';
import { heldBy } from './held';

/** What the plan says about an upgrade and what the submit does are computed apart; here they are held together. */

const KEYS: readonly string[] = ['ALPHA_KEY', 'SERVICE_ALPHA_KEY', 'BETA_URL', 'BETA_HTTP_URL', 'GAMMA', 'valueOf'];
const VALUES: readonly string[] = ['5', 'true', 'https://u:p@h.test/x', 'text', 'yes', '1e3', '0x10', ' 01'];
const NOBODY = { fingerprint: 'f', setBy: { id: null, name: 'Ana' }, setAt: '2026-11-20T10:00:00.000Z' };

test('what the plan says must be answered stops the submit', () => {
	check(({ diff, prepared, wanted }) => {
		const stopped = prepared.invalid.map(({ name }) => name);
		const required = wanted.contract.flatMap(({ key, required: must }) => (must ? [key] : []));
		for (const change of diff.changes) {
			if (!('key' in change)) continue;
			const anew = change.gate === 're-enter-and-type' && required.includes(change.key);
			if (change.gate === 'value-needed' || anew) expect(stopped).toContain(change.key);
		}
	});
});

test('no value changes in a container without a sentence that says so', () => {
	check(({ diff, before, prepared }) => {
		const stopped = prepared.invalid.map(({ name }) => name);
		const said = diff.changes.flatMap((change) => ('key' in change && change.verdict !== 'none' ? [change.key] : []));
		const [was, becomes] = [deliveredBy(before), deliveredBy(prepared)];
		const moved = [...new Set([...Object.keys(was), ...Object.keys(becomes)])].filter(
			(key) => own(was, key) !== own(becomes, key),
		);
		expect(moved.filter((key) => !stopped.includes(key) && !said.includes(key))).toEqual([]);
	});
});

test('what stops the submit is a question of the plan', () => {
	check(({ diff, prepared }) => {
		for (const { name } of prepared.invalid) expect(diff.questions).toContain(name);
	});
});

test('what the plan says goes along is there afterwards: the same text, or the same secret unread', () => {
	check(({ diff, prepared, previous }) => {
		for (const key of diff.carried) {
			const carried = own(prepared.config, key)?.value ?? own(prepared.promoted, key) ?? hiddenOf(prepared, key);
			expect([key, carried]).toEqual([key, textOf(previous, key)]);
		}
	});
});

type Case = {
	wanted: Manifest;
	diff: ReturnType<typeof diffContract>;
	before: PreparedEnvironment;
	previous: PreviousRevision;
	prepared: PreparedEnvironment;
};

/**
 * Install one contract with some answers, go over another one or not (what that has no place for is archived), then
 * upgrade without touching anything.
 */
function check(property: (facts: Case) => void): void {
	const answers = fc.dictionary(fc.constantFrom(...KEYS), fc.constantFrom(...VALUES));
	const way = fc.array(contract, { minLength: 1, maxLength: 2 });
	const instance = fc.dictionary(fc.constantFrom(...KEYS), fc.constantFrom('for-all', '5'), { maxKeys: 2 });
	fc.assert(
		fc.property(way, contract, answers, fc.subarray([...KEYS]), instance, (path, wanted, values, asSecret, forAll) => {
			const nothing = { release: 'p', plain: {}, secretKeys: [], renames: {}, discard: [], lost: [] };
			const common = { ...nothing, instanceValues: forAll };
			const [first, ...others] = path;
			if (first === undefined) return;
			const known = Object.entries(values).filter(([key]) => first.contract.some((one) => one.key === key));
			const hidden = new Set(
				first.contract.filter((one) => isSecretVar(one) || asSecret.includes(one.key)).map(({ key }) => key),
			);
			let before = prepareEnvironment({
				...common,
				manifest: first,
				plain: Object.fromEntries(known.filter(([key]) => !hidden.has(key))),
				secretKeys: known.flatMap(([key]) => (hidden.has(key) ? [key] : [])),
				previous: null,
			});
			let previous = revisionOf(before, first, 1);
			for (const manifest of others) {
				fc.pre(before.invalid.length === 0);
				before = prepareEnvironment({ ...common, manifest, previous });
				previous = revisionOf(before, manifest, previous.number + 1);
			}
			fc.pre(before.invalid.length === 0);
			const prepared = prepareEnvironment({ ...common, manifest: wanted, previous });
			const diff = diffContract({
				steps: stepsOf(previous.manifest, wanted),
				answers: heldBy(previous, { wanted }),
				instanceKeys: Object.keys(forAll),
				separate: KEYS,
			});
			property({ wanted, diff, before, previous, prepared });
		}),
		{ numRuns: 500, maxSkipsPerRun: 1000 },
	);
}

function revisionOf(prepared: PreparedEnvironment, manifest: Manifest, number: number): PreviousRevision {
	const { answers, archived, given, keep, promoted } = prepared;
	const keys = [...given, ...keep.map(({ key }) => key), ...Object.keys(promoted)];
	return { number, manifest, answers, archived, secrets: Object.fromEntries(keys.map((key) => [key, NOBODY])) };
}

/** What a container gets, as far as it can be compared without reading a secret. */
function deliveredBy(prepared: PreparedEnvironment): Record<string, string> {
	const plain = Object.entries(prepared.config).map(([key, { value }]) => [key, value]);
	const { fallbacks, given, keep, promoted } = prepared;
	const unread = [...given, ...keep.map(({ key }) => key), ...Object.keys(promoted)].map((key) => [key, 'a secret']);
	return { ...Object.fromEntries([...plain, ...unread]), ...fallbacks };
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

function hiddenOf({ given, keep }: PreparedEnvironment, key: string): string | undefined {
	return given.includes(key) || keep.some((kept) => kept.key === key) ? 'a secret' : undefined;
}

/** What an install has for a key, in use or archived. */
function textOf({ answers, archived, secrets }: PreviousRevision, key: string): string | undefined {
	const kept = own(archived, key);
	const away = typeof kept === 'object' ? 'a secret' : kept;
	return own(answers, key) ?? (own(secrets, key) === undefined ? away : 'a secret');
}
