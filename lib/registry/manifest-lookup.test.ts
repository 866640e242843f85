import { describe, expect, test } from 'vitest';
import { AppError } from '@/lib/core';
import { sha256 } from '@/lib/digest';
import { lookUpManifest, type ManifestPlace } from './manifest-lookup';

const place = (origin: ManifestPlace['origin'], copy: string | null): ManifestPlace => ({
	origin,
	read: async () => copy,
});
const broken = (origin: ManifestPlace['origin'], error: unknown): ManifestPlace => ({
	origin,
	read: () => Promise.reject(error),
});
const content = new AppError('upstream_invalid', 'The chart holds a link.', { details: { fault: 'content' } });
const compared = ['chart-annotation', 'npm-tarball'] as const;

describe('lookUpManifest', () => {
	test('the first copy wins and is returned as it was written', async () => {
		const raw = '{ "id": "x" }';
		const result = await lookUpManifest([place('chart-file', null), place('oci-referrer', raw)], compared);

		expect(result.found).toEqual({ raw, origin: 'oci-referrer', digest: sha256(raw) });
		expect(result.looked[0]).toMatch(/not there/);
	});

	test('a copy that differs is named with its fields; another format is no disagreement', async () => {
		const result = await lookUpManifest(
			[
				place('chart-file', '{"id":"x","env":[],"version":"1.0.0"}'),
				place('chart-annotation', '{ "version": "1.0.0", "env": [], "id": "x" }'),
				place('npm-tarball', '{"id":"x","env":[{"key":"A"}],"version":"1.0.1"}'),
			],
			compared,
		);

		expect(result.disagreements).toEqual([
			'Khal-app.json in the npm package says something else about env, version than khal-app.json in the chart, which is used.',
		]);
	});

	test('a malformed copy wins all the same: its reader explains it', async () => {
		const result = await lookUpManifest([place('chart-file', '{broken'), place('npm-tarball', '{}')], compared);

		expect(result.found?.raw).toBe('{broken');
		expect(result.disagreements).toHaveLength(1);
	});

	test('places that are not compared are not read once there is a winner', async () => {
		const result = await lookUpManifest(
			[place('chart-file', '{}'), broken('oci-referrer', new Error('must not be read'))],
			compared,
		);

		expect(result.looked).toHaveLength(1);
	});

	test('a place that could not be read before the winner is an error, not "none"', async () => {
		const error = new AppError('upstream_unavailable', 'gone');

		await expect(lookUpManifest([broken('chart-file', error), place('npm-tarball', '{}')], compared)).rejects.toBe(
			error,
		);
	});

	test('content that no retry heals is a problem, and the search goes on', async () => {
		const result = await lookUpManifest(
			[broken('chart-file', content), broken('chart-annotation', content), place('npm-tarball', '{}')],
			compared,
		);

		expect(result).toMatchObject({ found: { origin: 'npm-tarball' }, problems: ['The chart holds a link.'] });
	});

	test('a compared place that fails after the winner only leaves a note', async () => {
		const result = await lookUpManifest(
			[place('chart-file', '{}'), broken('npm-tarball', new AppError('upstream_unavailable', 'gone'))],
			compared,
		);

		expect(result.found?.origin).toBe('chart-file');
		expect(result.looked.at(-1)).toContain('gone');
	});

	test('nothing anywhere is an answer', async () => {
		expect((await lookUpManifest([place('chart-file', null)], compared)).found).toBeNull();
	});
});
