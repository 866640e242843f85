import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Secret } from '@/lib/core';
import { loadKeys } from './keys';

let dataDir: string;
beforeAll(async () => {
	dataDir = await mkdtemp(join(tmpdir(), 'packyard-keys-'));
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

const first = new Secret('first-secret-of-at-least-32-characters');
const second = new Secret('second-secret-of-at-least-32-characters');
const token = new Secret('ghp_a-credential-of-a-source');

describe('the vault', () => {
	test('gives back what it sealed, and the sealed bytes do not contain it', async () => {
		const { vault } = await loadKeys({ secret: first, dataDir });
		const bytes = vault.seal(token, 'source:1');

		expect(Buffer.from(bytes).toString('latin1')).not.toContain(token.reveal());
		expect(vault.open({ bytes, keyId: vault.keyId }, 'source:1')?.reveal()).toBe(token.reveal());
	});

	test('seals the same text differently every time', async () => {
		const { vault } = await loadKeys({ secret: first, dataDir });

		expect(vault.seal(token, 'source:1')).not.toEqual(vault.seal(token, 'source:1'));
	});

	test('does not open what belongs to another place, was changed, or is cut off', async () => {
		const { vault } = await loadKeys({ secret: first, dataDir });
		const bytes = vault.seal(token, 'source:1');
		const changed = bytes.map((byte, index) => (index === bytes.length - 1 ? byte ^ 1 : byte));

		expect(vault.open({ bytes, keyId: vault.keyId }, 'source:2')).toBeNull();
		expect(vault.open({ bytes: changed, keyId: vault.keyId }, 'source:1')).toBeNull();
		expect(vault.open({ bytes: bytes.subarray(0, 20), keyId: vault.keyId }, 'source:1')).toBeNull();
	});

	test('opens what an earlier secret sealed only when that secret is named as a previous one', async () => {
		const old = (await loadKeys({ secret: first, dataDir })).vault;
		const sealed = { bytes: old.seal(token, 'source:1'), keyId: old.keyId };
		const rotated = (await loadKeys({ secret: second, previous: [first], dataDir })).vault;
		const forgetful = (await loadKeys({ secret: second, dataDir })).vault;

		expect(rotated.keyId).not.toBe(old.keyId);
		expect(rotated.open(sealed, 'source:1')?.reveal()).toBe(token.reveal());
		expect(forgetful.open(sealed, 'source:1')).toBeNull();
	});

	test('opens what the generated secret sealed after a secret is configured for the first time', async () => {
		const generated = (await loadKeys({ secret: null, dataDir })).vault;
		const sealed = { bytes: generated.seal(token, 'source:1'), keyId: generated.keyId };
		const configured = (await loadKeys({ secret: first, dataDir })).vault;

		expect(configured.open(sealed, 'source:1')?.reveal()).toBe(token.reveal());
	});
});
