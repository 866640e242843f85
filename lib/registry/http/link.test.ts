import { expect, test } from 'vitest';
import { nextLink, nextPage } from './link';

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

test('a next page keeps the beginning of the path that the registry forgot, and no other path is changed', () => {
	const first = new URL('https://registry.example/v2/docker-virtual/acme/pack-x/tags/list?n=1000');
	const page = (path: string) =>
		nextPage(`https://registry.example${path}`, first).replace('https://registry.example', '');

	expect(page('/v2/acme/pack-x/tags/list?last=1.0.0&n=1000')).toBe(
		'/v2/docker-virtual/acme/pack-x/tags/list?last=1.0.0&n=1000',
	);
	expect(page('/v2/docker-virtual/acme/pack-x/tags/list?next_page=abc')).toBe(
		'/v2/docker-virtual/acme/pack-x/tags/list?next_page=abc',
	);
	expect(page('/v2/acme/pack-other/tags/list?last=1')).toBe('/v2/acme/pack-other/tags/list?last=1');
	expect(page('/elsewhere')).toBe('/elsewhere');
});
