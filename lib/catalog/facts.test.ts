import { expect, test } from 'vitest';
import { parseManifest } from '@/lib/manifest';
import { latestOf, outlineOf, packFacts } from './facts';

const pack = { name: 'x', updatedAt: '2026-01-01T00:00:00.000Z' };
const manifest = (name: string) => parseManifest(JSON.stringify({ id: name, name, version: '1.0.0' })).manifest;
const version = (number: string, more: { prerelease?: boolean; installable?: boolean; named?: string } = {}) => ({
	version: number,
	prerelease: more.prerelease ?? false,
	installable: more.installable ?? true,
	manifest: more.named === undefined ? null : manifest(more.named),
	manifestDigest: more.named === undefined ? null : 'sha256:x',
	publishedAt: null,
	reasons: [`reasons of ${number}`],
});

test('a list speaks of the newest stable version, and of a prerelease only when there is nothing else', () => {
	const beta = version('2.0.0-beta.1', { prerelease: true });

	expect(latestOf([beta, version('1.1.0'), version('1.0.0')])?.version).toBe('1.1.0');
	expect(latestOf([beta])?.version).toBe('2.0.0-beta.1');
	expect(latestOf([])).toBeUndefined();
});

test('a newest version without a manifest borrows the words of an older one, not its reasons', () => {
	const versions = [version('2.0.0', { installable: false }), version('1.0.0', { named: 'Old name' })];
	const facts = packFacts(pack, versions.map(outlineOf), { latest: versions[0], named: versions[1]?.manifest ?? null });

	expect(facts).toMatchObject({ name: 'Old name', latestVersion: '2.0.0', reasons: ['reasons of 2.0.0'] });
	expect(facts).toMatchObject({ versionCount: 2, installable: true, updatedAt: pack.updatedAt });
});

test('a pack without any version says so', () => {
	expect(packFacts(pack, [], { latest: undefined, named: null })).toMatchObject({
		name: 'x',
		latestVersion: null,
		installable: false,
		reasons: ['The registry lists no version of this pack.'],
	});
});
