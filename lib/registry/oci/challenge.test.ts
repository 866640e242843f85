import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseChallenges } from './challenge';

test.each([
	[
		'Bearer realm="https://ghcr.io/token",service="ghcr.io",scope="repository:user/image:pull"',
		[
			{
				scheme: 'bearer',
				parameters: { realm: 'https://ghcr.io/token', service: 'ghcr.io', scope: 'repository:user/image:pull' },
			},
		],
	],
	[
		'Bearer realm="https://x/t",service="a",Basic realm="b"',
		[
			{ scheme: 'bearer', parameters: { realm: 'https://x/t', service: 'a' } },
			{ scheme: 'basic', parameters: { realm: 'b' } },
		],
	],
	[
		'bAsIc REALM = "say \\"hi\\", x" , Negotiate abc==, BEARER realm=plain',
		[
			{ scheme: 'basic', parameters: { realm: 'say "hi", x' } },
			{ scheme: 'negotiate', parameters: {} },
			{ scheme: 'bearer', parameters: { realm: 'plain' } },
		],
	],
	['Bearer realm="a",realm="b"', [{ scheme: 'bearer', parameters: { realm: 'a' } }]],
	['Bearer scope="repository:a:pull,push"', [{ scheme: 'bearer', parameters: { scope: 'repository:a:pull,push' } }]],
	[
		'Negotiate, Basic',
		[
			{ scheme: 'negotiate', parameters: {} },
			{ scheme: 'basic', parameters: {} },
		],
	],
	['"', []],
	['', []],
	[null, []],
])('%s', (header, expected) => {
	expect(parseChallenges(header)).toEqual(expected);
});

test('no header makes the parser throw or hang', () => {
	fc.assert(
		fc.property(fc.string({ unit: fc.constantFrom(...'Beare r=",\\;\t'), maxLength: 300 }), (header) => {
			for (const { scheme } of parseChallenges(header)) expect(scheme).not.toBe('');
		}),
	);
});
