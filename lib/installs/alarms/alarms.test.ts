import { expect, test } from 'vitest';
import { alarmsOf, isUrgent } from './alarms';

const first = { manifestDigest: 'sha256:a', archiveDigest: 'sha256:A' };
const running = { version: '1.2.0', chart: first };
const artifact = (chart: typeof first) => ({ ...chart, reference: 'ghcr.io/x/pack-x', tag: '1.2.0', size: 1 });
const published = {
	version: '1.2.0',
	chart: artifact(first),
	frontends: [],
	vanished: false,
	vanishedAt: null,
	movedToDigest: null,
	movedAt: null,
};
const other = { manifestDigest: 'sha256:b', archiveDigest: 'sha256:B' };
const at = '2026-11-21T10:00:00.000Z';

test('the bytes that were reviewed are no alarm, nor is a version the catalog does not know', () => {
	expect(alarmsOf(running, published)).toEqual([]);
	expect(alarmsOf(running, null)).toEqual([]);
});

test('a tag that moved is an alarm that names both digests and since when', () => {
	expect(alarmsOf(running, { ...published, movedToDigest: 'sha256:b', movedAt: at })).toEqual([
		expect.objectContaining({
			id: 'tag-moved:1.2.0:sha256:b',
			kind: 'tag-moved',
			since: at,
			digests: { running: 'sha256:a', published: 'sha256:b' },
		}),
	]);
});

test('the tag of another digest is another alarm', () => {
	const ids = ['sha256:b', 'sha256:c'].map(
		(movedToDigest) => alarmsOf(running, { ...published, movedToDigest })[0]?.id,
	);

	expect(new Set(ids).size).toBe(2);
});

test('new bytes that were accepted leave the installs of the earlier ones with a notice', () => {
	expect(alarmsOf(running, { ...published, chart: artifact(other) })).toMatchObject([
		{ id: 'replaced:1.2.0:sha256:b', kind: 'replaced', since: null },
	]);
	// The install that took them has none.
	expect(alarmsOf({ version: '1.2.0', chart: other }, { ...published, chart: artifact(other) })).toEqual([]);
});

test('an accepted tag that is put back says nothing to who still runs the first bytes', () => {
	const back = { ...published, chart: artifact(other), movedToDigest: 'sha256:a', movedAt: at };

	expect(alarmsOf(running, back)).toEqual([]);
	expect(alarmsOf({ version: '1.2.0', chart: other }, back)).toMatchObject([{ kind: 'tag-moved' }]);
});

test('the same archive in another wrapping is no other bytes', () => {
	expect(alarmsOf(running, { ...published, chart: artifact({ ...first, manifestDigest: 'sha256:b' }) })).toEqual([]);
});

test('a version that vanished is a notice, raised anew when it vanishes again', () => {
	const gone = (vanishedAt: string) => alarmsOf(running, { ...published, vanished: true, vanishedAt });

	expect(gone(at)).toMatchObject([{ kind: 'vanished', since: at, digests: null }]);
	expect(gone(at)[0]?.id).not.toBe(gone('2026-12-01T00:00:00.000Z')[0]?.id);
});

test("a deprecation is a notice in the publisher's words, and another text is another notice", () => {
	const said = (deprecated: string) =>
		alarmsOf(running, {
			...published,
			frontends: [{ appId: 'x', package: '@a/pack-x', version: '1.2.0', integrity: null, available: true, deprecated }],
		})[0];

	expect(said('Loses drafts.')).toMatchObject({
		kind: 'deprecated',
		sentence: 'The publisher deprecated @a/pack-x 1.2.0: “Loses drafts.”',
	});
	expect(said('Loses drafts.')?.id).not.toBe(said('Loses everything.')?.id);
});

test('only other bytes wait for a decision', () => {
	const kinds = ['tag-moved', 'replaced', 'deprecated', 'vanished'] as const;

	expect(kinds.filter((kind) => isUrgent({ kind }))).toEqual(['tag-moved', 'replaced']);
});

test('a tag that moved and was then taken away points nowhere: only that it is gone is said', () => {
	const gone = { ...published, movedToDigest: 'sha256:b', vanished: true, vanishedAt: at };

	expect(alarmsOf(running, gone).map(({ kind }) => kind)).toEqual(['vanished']);
});

test('a pack without a chart has no tag that could move, and can vanish', () => {
	const frontend = { version: '1.2.0', chart: null };
	const gone = { ...published, chart: null, vanished: true, vanishedAt: at };

	expect(alarmsOf(frontend, gone).map(({ kind }) => kind)).toEqual(['vanished']);
});
