import { expect, test } from 'vitest';
import { envVar } from '@/test/support/manifests';
import { formFields } from './form';

const secret = { type: 'secret', storage: 'vault' } as const;
const must = { required: true };

test('missing required keys come first, then required, then optional, each as declared', () => {
	const contract = [
		envVar('OPTIONAL'),
		envVar('DEFAULTED', { ...must, default: 'x' }),
		envVar('MISSING_B', must),
		envVar('MISSING_A', { ...must, ...secret }),
		envVar('FROM_INSTANCE', must),
		envVar('FROM_PACK', must),
		envVar('STORED', { ...must, ...secret }),
	];
	const fields = formFields(contract, {
		secretsSet: new Set(['STORED']),
		instanceValues: { FROM_INSTANCE: 'nats://x' },
		staticEnv: { FROM_PACK: 'p' },
	});
	expect(fields.map(({ key, group }) => [key, group])).toEqual([
		['MISSING_B', 'missing'],
		['MISSING_A', 'missing'],
		['DEFAULTED', 'required'],
		['FROM_INSTANCE', 'required'],
		['FROM_PACK', 'required'],
		['STORED', 'required'],
		['OPTIONAL', 'optional'],
	]);
});

test('an optional value that does not fit its type any more has to be answered now, so it is not folded away', () => {
	const contract = [envVar('DUE_DAYS', { type: 'number' }), envVar('RETRIES', { type: 'number' })];
	const fields = formFields(contract, { plain: { DUE_DAYS: '30 dias', RETRIES: '3' } });

	expect(fields.map(({ key, group }) => [key, group])).toEqual([
		['DUE_DAYS', 'missing'],
		['RETRIES', 'optional'],
	]);
});

test('the ghost text is what the container would get: instance, then pack, then default', () => {
	const contract = [envVar('A', { default: 'd' })];
	const text = (state: Parameters<typeof formFields>[1]) =>
		formFields(contract, state).map(({ defaultText, defaultOrigin }) => [defaultText, defaultOrigin]);
	expect(text({})).toEqual([['d', 'default']]);
	expect(text({ staticEnv: { A: 'p' } })).toEqual([['p', 'pack']]);
	expect(text({ staticEnv: { A: 'p' }, instanceValues: { A: 'i' } })).toEqual([['i', 'instance']]);
});

test('a secret field carries a state and never a value or default', () => {
	const contract = [envVar('A', { ...secret, default: 'published' })];
	const [field] = formFields(contract, { plain: { A: 'leak' }, secretsSet: new Set(['A']) });
	expect(field).toMatchObject({ secret: true, secretState: 'set', value: '', defaultText: null });
	expect(JSON.stringify(field)).not.toMatch(/leak|published/);
	expect(formFields(contract)[0]?.secretState).toBe('not-set');
});

test('a plain field says when its value holds a credential', () => {
	const contract = [envVar('DATABASE_URL', { type: 'url' })];
	expect(formFields(contract, { plain: { DATABASE_URL: 'postgres://u:p@db/x' } })[0]?.holdsCredential).toBe(true);
	expect(formFields(contract, { plain: { DATABASE_URL: 'postgres://db/x' } })[0]?.holdsCredential).toBe(false);
});
