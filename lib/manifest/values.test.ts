import { expect, test } from 'vitest';
import { isAppError } from '@/lib/core';
import { envVar } from '@/test/support/manifests';
import { resolveEnvironment } from './values';

const nothing = { contract: [], answers: {}, instanceValues: {}, staticEnv: {} };
const secret = { type: 'secret', storage: 'vault' } as const;

test('an answer beats the instance, the instance beats the pack, the pack beats the default', () => {
	const contract = ['A', 'B', 'C', 'D'].map((key) => envVar(key, { default: 'default' }));
	const { config, origins } = resolveEnvironment({
		contract,
		staticEnv: { A: 'pack', B: 'pack', C: 'pack' },
		instanceValues: { A: 'instance', B: 'instance' },
		answers: { A: 'answer' },
	});
	expect(config).toEqual({ A: 'answer', B: 'instance', C: 'pack', D: 'default' });
	expect(origins).toEqual({ A: 'answer', B: 'instance', C: 'pack', D: 'default' });
});

test('an empty text is no value at any level', () => {
	const contract = [envVar('A', { default: 'default' }), envVar('B')];
	const { config } = resolveEnvironment({
		contract,
		staticEnv: { A: '' },
		instanceValues: { A: '' },
		answers: { A: '', B: '' },
	});
	expect(config).toEqual({ A: 'default' });
});

test('instance values reach packs that do not declare them', () => {
	expect(resolveEnvironment({ ...nothing, instanceValues: { KHAL_ORG_ID: 'org' } }).config).toEqual({
		KHAL_ORG_ID: 'org',
	});
});

test('secrets appear by name, their published values apart, and never in the config', () => {
	const contract = [
		envVar('KEY', secret),
		envVar('PORT', { type: 'number', storage: 'vault', default: '80' }),
		envVar('A'),
	];
	const resolved = resolveEnvironment({ ...nothing, contract, answers: { A: 'x' }, staticEnv: { KEY: 'published' } });
	expect(resolved).toEqual({
		config: { A: 'x' },
		origins: { A: 'answer' },
		secretKeys: ['KEY', 'PORT'],
		secretFallbacks: { KEY: 'published', PORT: '80' },
	});
});

test('a secret among the plain answers is refused without repeating it', () => {
	let thrown: unknown;
	try {
		resolveEnvironment({ ...nothing, contract: [envVar('KEY', secret)], answers: { KEY: 'hunter2' } });
	} catch (error) {
		thrown = error;
	}
	expect(isAppError(thrown, 'invalid_request')).toBe(true);
	expect(String(thrown)).not.toContain('hunter2');
});
