import { describe, expect, test } from 'vitest';
import { type AuditLink, GENESIS, linkHash, verifyChain } from './chain';

const chain = build(5);

test('an untouched chain is good from its beginning to its end', () => {
	expect(verifyChain(chain)).toEqual({ ok: true, checked: 5, end: { seq: 5, hash: chain[4]?.hash } });
});

test('a chain can be followed in pieces', () => {
	const first = verifyChain(chain.slice(0, 2));
	if (!first.ok) throw new Error(first.problem);
	expect(verifyChain(chain.slice(2), first.end)).toMatchObject({ ok: true, checked: 3 });
	expect(verifyChain(chain.slice(2), GENESIS)).toMatchObject({ ok: false });
});

test('the order of keys in data does not matter, because a database may change it', () => {
	const [first] = chain;
	if (first === undefined) throw new Error('empty chain');
	const reordered = { ...first, data: Object.fromEntries(Object.entries(first.data).reverse()) };
	expect(JSON.stringify(reordered.data)).not.toBe(JSON.stringify(first.data));
	expect(verifyChain([reordered])).toMatchObject({ ok: true });
});

describe('tampering is found at its place', () => {
	test.each<[string, (links: AuditLink[]) => AuditLink[], number, RegExp]>([
		['a changed summary', edit({ summary: 'nothing happened' }), 3, /was changed/],
		['a changed actor', edit({ actor: { id: 'u1', name: 'somebody else' } }), 3, /was changed/],
		['a changed time', edit({ at: '2020-01-01T00:00:00.000Z' }), 3, /was changed/],
		['changed data', edit({ data: { a: 1 } }), 3, /was changed/],
		['a changed event with a fitting hash', (links) => edit({ summary: 'x', hash: rehash(links) })(links), 4, /follow/],
		['a removed event', (links) => links.filter((link) => link.seq !== 3), 3, /Event 3 is missing/],
		['a removed first event', (links) => links.slice(1), 1, /Event 1 is missing/],
		[
			'two events swapped',
			([a, b, c, ...rest]) => [a, c, b, ...rest].filter((link) => link !== undefined),
			2,
			/missing/,
		],
		['an event twice', (links) => links.flatMap((link) => (link.seq === 3 ? [link, link] : [link])), 3, /out of order/],
	])('%s', (_, tamper, brokenSeq, problem) => {
		expect(verifyChain(tamper(chain))).toMatchObject({ ok: false, brokenSeq, problem: expect.stringMatching(problem) });
	});
});

function build(length: number): AuditLink[] {
	const links: AuditLink[] = [];
	let prevHash = GENESIS.hash;
	for (let seq = 1; seq <= length; seq++) {
		const event = {
			seq,
			at: new Date(Date.UTC(2026, 0, seq)).toISOString(),
			actor: { id: 'u1', name: 'Ana' },
			via: 'browser',
			kind: 'install.requested',
			subject: 'install:1',
			summary: `Event ${seq}`,
			data: { release: 'desk', revision: seq },
		};
		const hash = linkHash(prevHash, event);
		links.push({ ...event, prevHash, hash });
		prevHash = hash;
	}
	return links;
}

function edit(change: Partial<AuditLink>): (links: AuditLink[]) => AuditLink[] {
	return (links) => links.map((link) => (link.seq === 3 ? { ...link, ...change } : link));
}

function rehash(links: AuditLink[]): string {
	const third = links[2];
	if (third === undefined) throw new Error('chain too short');
	return linkHash(third.prevHash, { ...third, summary: 'x' });
}
