import { describe, expect, test } from 'vitest';
import { givenAs, missingFrom } from './acknowledge';

const tick = { id: 'removed:OLD', sentence: 'OLD is gone.', typed: null };
const typed = { id: 'exposed:API_KEY', sentence: 'API_KEY becomes readable.', typed: 'API_KEY' };

describe('acknowledgements', () => {
	test('a tick is its id, an exposure its id and the typed text', () => {
		expect([tick, typed].map(givenAs)).toEqual(['removed:OLD', 'exposed:API_KEY=API_KEY']);
	});

	test.each<[string, string[], string[]]>([
		['nothing', [], ['removed:OLD', 'exposed:API_KEY']],
		['only the tick', ['removed:OLD'], ['exposed:API_KEY']],
		['a tick where text is wanted', ['removed:OLD', 'exposed:API_KEY'], ['exposed:API_KEY']],
		['other text', ['removed:OLD', 'exposed:API_KEY=api_key'], ['exposed:API_KEY']],
		['everything, and more', ['x', 'removed:OLD', 'exposed:API_KEY=API_KEY'], []],
	])('with %s given the rest is missing', (_words, given, missing) => {
		expect(missingFrom([tick, typed], given).map((item) => item.id)).toEqual(missing);
	});
});
