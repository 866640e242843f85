import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { own } from '@/lib/core';
import { type EnvVar, isSecretVar, type Manifest } from '@/lib/manifest';
import { backendOf, envVar, manifestOf } from '@/test/support/manifests';
import { type PreparedEnvironment, type PreviousRevision, prepareEnvironment, restoreEnvironment } from './environment';
import type { SecretLedger } from './schema';

/** What holds for any contracts and any answers: the promises an admin relies on without reading them. */

/** Keys are names that strangers make up: some of these are names of what every object has. */
const KEYS: readonly string[] = ['ALPHA', 'BRAVO', 'constructor', 'valueOf', 'ECHO', 'FOXTROT'];
const NOBODY = { fingerprint: 'f', setBy: { id: null, name: 'Ana' }, setAt: '2026-11-20T10:00:00.000Z' };
const instanceValues = { KHAL_ORG_ID: 'acme', FOXTROT: 'from-the-instance' };

/** Effective values and secrets of the cluster, as far as these promises go. */
type World = { secrets: Map<string, Record<string, string>>; revisions: Delivered[] };
type Delivered = PreviousRevision & Pick<PreparedEnvironment, 'config'>;

const variable = (key: string): fc.Arbitrary<EnvVar> =>
	fc
		.record({
			type: fc.constantFrom('string', 'number', 'secret'),
			required: fc.boolean(),
			default: fc.option(fc.constantFrom('1', '2'), { nil: null }),
		})
		.map((fields) => envVar(key, fields));
const contract: fc.Arbitrary<Manifest> = fc
	.subarray([...KEYS])
	.chain((keys) => fc.tuple(...keys.map(variable)))
	.map((variables) => manifestOf(variables, { backend: backendOf({ STATIC: 'by-the-pack' }) }));
/** A value per key that fits every type, and which keys get one. */
const answering = fc.record({ keys: fc.subarray([...KEYS]), seed: fc.integer({ min: 10, max: 99 }) });

describe('for any contracts and answers', () => {
	test('zero edits change zero values, and nothing is left to plan', () => {
		check((world, { manifest }) => {
			const before = effective(world);
			const again = change(world, manifest, {});

			expect(effective(world)).toEqual(before);
			expect(again).toMatchObject({ given: [], promoted: {} });
			expect(change(world, manifest, {}).invalid).toEqual(again.invalid);
		});
	});

	test('an upgrade without edits keeps every value whose key means the same as before', () => {
		check((world, { manifest, next }) => {
			const before = effective(world);
			const held = world.revisions.at(-1);
			change(world, next, {});
			const after = effective(world);
			for (const { key } of next.contract) {
				const sameSecrecy = secretIn(manifest, key) === secretIn(next, key);
				const had = own(held?.answers, key) !== undefined || own(held?.secrets, key) !== undefined;
				if (had && sameSecrecy) expect([key, own(after, key)]).toEqual([key, own(before, key)]);
			}
		});
	});

	test('going back after an upgrade is the identity on the environment', () => {
		check((world, { next, answers }) => {
			const before = effective(world);
			change(world, next, answers);
			rollBack(world, 1);

			expect(effective(world)).toEqual(before);
		});
	});

	test('up, back and up again asks for nothing that was answered before', () => {
		check((world, { next, answers }) => {
			const first = change(world, next, answers);
			const upgraded = effective(world);
			rollBack(world, 1);
			const again = change(world, next, {});
			fc.pre(first.invalid.length === 0 && again.invalid.length === 0);

			for (const { key } of next.contract) {
				const isNew = !world.revisions[0]?.manifest.contract.some((known) => known.key === key);
				if (isNew) expect([key, own(effective(world), key)]).toEqual([key, own(upgraded, key)]);
			}
		});
	});

	test('the value of a secret never becomes readable', () => {
		check((world, { manifest, next }) => {
			const hidden = Object.keys(world.revisions.at(-1)?.secrets ?? {}).map((key) => effective(world)[key] ?? '');
			const { keep } = change(world, next, {});
			const { config, archived } = world.revisions.at(-1) ?? { config: {}, archived: {} };
			const readable = [
				...Object.values(config).map(({ value }) => value),
				...Object.values(archived).filter((value) => typeof value === 'string'),
			];

			expect(readable.filter((value) => hidden.includes(value))).toEqual([]);
			expect(keep.filter(({ key }) => secretIn(manifest, key) && !secretIn(next, key))).toEqual([]);
		});
	});

	test('nothing is silently dropped: what the new contract has no place for is archived', () => {
		check((world, { next }) => {
			const held = world.revisions.at(-1);
			change(world, next, {});
			const kept = new Set(next.contract.map(({ key }) => key));
			const gone = [...Object.keys(held?.answers ?? {}), ...Object.keys(held?.secrets ?? {})];

			expect(Object.keys(world.revisions.at(-1)?.archived ?? {})).toEqual(
				expect.arrayContaining(gone.filter((key) => !kept.has(key))),
			);
		});
	});
});

type Case = { manifest: Manifest; next: Manifest; answers: Record<string, string> };

/** Install one contract with some answers, then have `property` look at a change to another. */
function check(property: (world: World, facts: Case) => void): void {
	const facts = fc.record({ manifest: contract, next: contract, first: answering, second: answering });
	fc.assert(
		fc.property(facts, ({ manifest, next, first, second }) => {
			const world: World = { secrets: new Map(), revisions: [] };
			change(world, manifest, valuesOf(first.keys, first.seed));
			property(world, { manifest, next, answers: valuesOf(second.keys, 100 + second.seed) });
		}),
		{ numRuns: 300 },
	);
}

function valuesOf(keys: readonly string[], seed: number): Record<string, string> {
	return Object.fromEntries(keys.map((key) => [key, `${seed}${KEYS.indexOf(key)}`]));
}

/** Prepare a revision and write it to the pretend cluster the way the runner does. */
function change(world: World, manifest: Manifest, values: Record<string, string>): PreparedEnvironment {
	const known = Object.entries(values).filter(([key]) => manifest.contract.some((one) => one.key === key));
	const secret = known.filter(([key]) => secretIn(manifest, key));
	const prepared = prepareEnvironment({
		manifest,
		release: 'pack',
		plain: Object.fromEntries(known.filter(([key]) => !secretIn(manifest, key))),
		secretKeys: secret.map(([key]) => key),
		previous: world.revisions.at(-1) ?? null,
		instanceValues,
		renames: {},
		discard: [],
		lost: [],
	});
	deliver(world, manifest, prepared, Object.fromEntries(secret));
	return prepared;
}

function rollBack(world: World, number: number): void {
	const target = world.revisions.find((revision) => revision.number === number);
	if (target === undefined) throw new Error(`no revision ${number}`);
	const present = Object.keys(world.secrets.get(`pack-env-r${number}`) ?? {});
	const active = world.revisions.at(-1) ?? null;
	deliver(world, target.manifest, restoreEnvironment(target, { release: 'pack', active, lost: [], present }), {});
}

function deliver(world: World, manifest: Manifest, prepared: PreparedEnvironment, given: Record<string, string>): void {
	const number = world.revisions.length + 1;
	const data: Record<string, string> = { ...prepared.fallbacks, ...prepared.promoted, ...given };
	for (const { key, fromKey, fromSecret } of prepared.keep) {
		const value = own(world.secrets.get(fromSecret), fromKey);
		if (value === undefined) throw new Error(`${fromKey} is not in ${fromSecret}`);
		data[key] = value;
	}
	world.secrets.set(`pack-env-r${number}`, data);
	const kept = [...prepared.keep.map(({ key }) => key), ...prepared.given, ...Object.keys(prepared.promoted)];
	const secrets: SecretLedger = Object.fromEntries(kept.map((key) => [key, NOBODY]));
	const { answers, archived, config } = prepared;
	world.revisions.push({ number, manifest, answers, archived, config, secrets });
}

/** What a container would see: plain values, then secrets over them. */
function effective({ revisions, secrets }: World): Record<string, string> {
	const newest = revisions.at(-1);
	const plain = Object.entries(newest?.config ?? {}).map(([key, { value }]) => [key, value]);
	return { ...Object.fromEntries(plain), ...secrets.get(`pack-env-r${newest?.number ?? 0}`) };
}

function secretIn({ contract: variables }: Manifest, key: string): boolean {
	return variables.some((one) => one.key === key && isSecretVar(one));
}
