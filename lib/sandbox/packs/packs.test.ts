import { expect, test } from 'vitest';
import { at, listAt, textAt } from '@/lib/core';
import { parseManifest } from '@/lib/manifest';
import type { PackDefinition, PackVersion } from './definition';
import { examplePacks } from './index';

test('there are packs of every shape, over more than thirty versions', () => {
	expect(examplePacks.length).toBeGreaterThanOrEqual(12);
	expect(examplePacks.flatMap((pack) => pack.versions).length).toBeGreaterThan(30);
	expect(new Set(examplePacks.map((pack) => pack.id)).size).toBe(examplePacks.length);
});

test('versions of a pack are told oldest first', () => {
	for (const pack of examplePacks) {
		const times = pack.versions.map((version) => version.at);
		expect(times).toEqual([...times].sort());
	}
});

test('every manifest that is JSON names its pack and version', () => {
	for (const pack of examplePacks) {
		for (const version of pack.versions) {
			for (const text of Object.values(version.manifests)) {
				if (pack.id === 'calendar' && version.version === '2.0.0') continue;
				const manifest: unknown = JSON.parse(text);
				expect(textAt(manifest, 'id')).toBe(pack.id);
				expect(textAt(manifest, 'version')).toBe(version.version.replace(/^v/, ''));
			}
		}
	}
});

test('the portal can read every manifest but the malformed one', () => {
	const blocked = examplePacks.flatMap((pack) =>
		pack.versions
			.filter((version) => Object.values(version.manifests).some((text) => parseManifest(text).blockers.length > 0))
			.map((version) => `${pack.id} ${version.version}`),
	);
	expect(blocked).toEqual(['calendar 2.0.0']);
});

test('calendar 2.0.0 is malformed and its older versions are not', () => {
	const [first, second, third] = find('calendar').versions;
	expect(() => JSON.parse(first?.manifests.chart ?? '')).not.toThrow();
	expect(() => JSON.parse(second?.manifests.chart ?? '')).not.toThrow();
	expect(() => JSON.parse(third?.manifests.chart ?? '')).toThrow(SyntaxError);
});

test('billing breaks its contract once per version, and 1.3.0 does not say so', () => {
	expect(billingEnv('1.0.0')).toHaveProperty('PAYMENTS_API_KEY.type', 'secret');
	expect(billingEnv('1.1.0')).not.toHaveProperty('PAYMENTS_API_KEY');
	expect(billingEnv('1.1.0')).toHaveProperty('PAYMENT_PROVIDER_API_KEY.type', 'secret');
	expect(billingEnv('1.2.0')).toHaveProperty('BILLING_TAX_ID.required', true);
	expect(billingEnv('1.2.0')).toHaveProperty('INVOICE_DUE_DAYS.type', 'string');
	expect(billingEnv('1.3.0')).toHaveProperty('INVOICE_DUE_DAYS.type', 'number');
	expect(billingEnv('1.3.0')).toHaveProperty('BILLING_CURRENCY.default', 'BRL');
	expect(billingEnv('1.4.0')).toHaveProperty('BILLING_CURRENCY.default', 'USD');
	expect(billingEnv('1.4.0')).toHaveProperty('FINANCE_CONTACT.type', 'secret');
	expect(billingEnv('1.5.0')).toHaveProperty('FINANCE_CONTACT.type', 'string');
	expect(versionOf(find('billing'), '1.3.0').notes).not.toMatch(/INVOICE_DUE_DAYS|number|breaking/i);
	expect(versionOf(find('billing'), '1.6.0').chart?.imageTag).toContain('does-not-exist');
});

test('the quiet versions of billing change nothing', () => {
	expect(billingEnv('1.0.1')).toEqual(billingEnv('1.0.0'));
	expect(billingEnv('1.1.1')).toEqual(billingEnv('1.1.0'));
	expect(billingEnv('1.4.1')).toEqual(billingEnv('1.4.0'));
	expect(billingEnv('1.6.0')).toEqual(billingEnv('1.5.0'));
});

test('each of the remaining shapes is there', () => {
	const manifest = (id: string): unknown =>
		JSON.parse(Object.values(find(id).versions.at(-1)?.manifests ?? {})[0] ?? '');
	expect(find('settings').versions.every((version) => version.chart === null)).toBe(true);
	expect(listAt(manifest('hello'), 'apps')).toHaveLength(4);
	expect(textAt(manifest('hello'), 'backend', 'env', 'GEMINI_API_KEY')).toBe('');
	expect(at(manifest('workbench'), 'backend')).toBeUndefined();
	expect(listAt(manifest('workbench'), 'services')).toHaveLength(3);
	expect(find('ghost').versions).toHaveLength(1);
	expect(textAt(manifest('files'), 'backend', 'helmChart')).toMatch(/^oci:\/\/gru\.ocir\.io\//);
	expect(find('mailroom').versions.map((version) => version.version)).toEqual([
		'v1.0.0',
		'1.1.0+build.7',
		'1.2.0',
		'1.3.0-next.1',
		'1.3.0-next.2',
	]);
	expect(find('analytics').versions.at(-1)?.frontends).toEqual([]);
	expect(find('scratchpad').versions.every((version) => Object.keys(version.manifests).length === 0)).toBe(true);
	const { chart, annotation } = versionOf(find('assistant'), '1.1.0').manifests;
	expect(chart).not.toBe(annotation);
});

test('the manifest is found in every place a portal looks', () => {
	const places = new Set(examplePacks.flatMap((pack) => pack.versions.flatMap((one) => Object.keys(one.manifests))));
	expect([...places].sort()).toEqual(['annotation', 'chart', 'chart-files', 'npm', 'referrer', 'repository']);
});

function find(id: string): PackDefinition {
	const found = examplePacks.find((pack) => pack.id === id);
	if (!found) throw new Error(`no example pack ${id}`);
	return found;
}

function versionOf(pack: PackDefinition, version: string): PackVersion {
	const found = pack.versions.find((candidate) => candidate.version === version);
	if (!found) throw new Error(`no version ${version}`);
	return found;
}

function billingEnv(version: string): Record<string, unknown> {
	const manifest: unknown = JSON.parse(versionOf(find('billing'), version).manifests['chart-files'] ?? '');
	return Object.fromEntries(listAt(manifest, 'env').map((entry) => [textAt(entry, 'key') ?? '', entry]));
}
