import { expect, test } from 'vitest';
import { nextLink } from './link';

const base = 'https://registry.example/v2/x/tags/list?n=100';

test.each([
	['</v2/x/tags/list?last=b>; rel="next"', 'https://registry.example/v2/x/tags/list?last=b'],
	['<?last=b>; rel=next', 'https://registry.example/v2/x/tags/list?last=b'],
	[
		'<https://registry.example/2>; rel="prev", <https://registry.example/3>; rel="last next"',
		'https://registry.example/3',
	],
	['<https://registry.example/a,b>; title="x, y"; rel="next"', 'https://registry.example/a,b'],
	['</x>; rel="nextish"', null],
	['</x>; rel="prev"', null],
	['garbage', null],
	[null, null],
])('%s continues at %s', (header, expected) => {
	expect(nextLink(header, base)).toBe(expected);
});

test('a list that continues on another origin is refused', () => {
	expect(() => nextLink('<http://registry.example/2>; rel="next"', base)).toThrow(/refused/);
});
