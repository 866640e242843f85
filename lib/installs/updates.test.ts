import { expect, test } from 'vitest';
import { matrixCell } from '@/test/support/views';
import { decisionSentence, updateFor } from './updates';

const version = (name: string, over = {}) => ({
	version: name,
	prerelease: false,
	installable: true,
	vanished: false,
	...over,
});
const free = { skipped: [], pinned: null };

test('what waits for a person is counted, and what only deserves a look is named', () => {
	const told = (over: Parameters<typeof matrixCell>[1]) => decisionSentence('1.2.0', matrixCell('1.3.0', over));

	expect(told({ state: 'answers', answers: 1 })).toBe('1.2.0 runs; 1.3.0 needs one decision from you first.');
	expect(told({ state: 'answers', answers: 4 })).toBe('1.2.0 runs; 1.3.0 needs 4 decisions from you first.');
	expect(told({ badge: { tone: 'warning', text: '1 to review' } })).toBe(
		'1.2.0 runs; 1.3.0 changes something that deserves a look: 1 to review.',
	);
});

test('offered is the newest stable version that can be installed and was not skipped', () => {
	const versions = [
		version('1.6.0', { prerelease: true }),
		version('1.5.0', { vanished: true }),
		version('1.4.0', { installable: false }),
		version('1.3.0'),
		version('1.2.0'),
	];

	expect(updateFor(free, '1.1.0', versions)).toBe('1.3.0');
	expect(updateFor({ ...free, skipped: ['1.3.0'] }, '1.1.0', versions)).toBe('1.2.0');
	expect(updateFor(free, '1.3.0', versions)).toBeNull();
	expect(updateFor({ ...free, pinned: '1.1.0' }, '1.1.0', versions)).toBeNull();
	expect(updateFor(free, null, versions)).toBeNull();
});
