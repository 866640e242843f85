import { afterAll, beforeAll, expect, test } from 'vitest';
import { Home } from '@/lib/contracts/home';
import { PackDetail, VersionDetail } from '@/lib/contracts/packs';
import { detailOf, installed, planChange } from '../support/changes';
import { type Portal, startPortal } from '../support/portal';

/** What a publisher says against a version of a frontend reaches whoever would install it, and whoever runs it. */

const PACKAGE = '@khal-os/pack-settings';
const TEXT = 'Loses drafts, use 1.2.1';
let portal: Portal;
let id: string;

beforeAll(async () => {
	portal = await startPortal();
	id = await installed(portal, { slug: 'settings', version: '1.1.0', release: 'settings' });
});
afterAll(() => portal.close());

test('an update nobody says anything against is ready', async () => {
	const { ready, decide } = await home();

	expect(ready).toMatchObject([{ install: { id }, toVersion: '1.2.0' }]);
	expect(decide).toEqual([]);
});

test("deprecated later, it is to decide with the publisher's words, on every screen that offers it", async () => {
	deprecate('1.2.0', TEXT);
	await portal.runtime.catalog.syncAll();
	const sentence = `The publisher deprecated ${PACKAGE} 1.2.0: “${TEXT}”`;
	const { ready, decide } = await home();
	const { versions } = await portal.ask(PackDetail, 'GET', '/api/packs/settings');
	const version = await portal.ask(VersionDetail, 'GET', '/api/packs/settings/versions/1.2.0');

	expect(ready).toEqual([]);
	expect(decide).toMatchObject([{ install: { id }, toVersion: '1.2.0', sentence }]);
	expect(versions.map((one) => [one.version, one.deprecations])).toEqual([
		['1.2.0', [sentence]],
		['1.1.0', []],
		['1.0.0', []],
	]);
	expect(version.frontends).toMatchObject([{ package: PACKAGE, deprecated: TEXT }]);
	expect((await planChange(portal, id, { version: '1.2.0' })).warnings).toContain(sentence);
	expect((await detailOf(portal, id)).install.alarms).toEqual([]);
});

test('of the version that runs it is a notice on the install, and nothing is undone', async () => {
	deprecate('1.1.0', 'Support ends in May.');
	await portal.runtime.catalog.syncAll();
	const { install } = await detailOf(portal, id);

	expect(install.status.state).toBe('running');
	expect(install.alarms).toMatchObject([
		{ kind: 'deprecated', sentence: `The publisher deprecated ${PACKAGE} 1.1.0: “Support ends in May.”` },
	]);
});

test('taken back by the publisher, it is gone here, too', async () => {
	deprecate('1.1.0', null);
	deprecate('1.2.0', null);
	await portal.runtime.catalog.syncAll();

	expect((await home()).ready).toMatchObject([{ toVersion: '1.2.0' }]);
	expect((await detailOf(portal, id)).install.alarms).toEqual([]);
});

async function home(): Promise<Home> {
	return portal.ask(Home, 'GET', '/api/home');
}

/** `npm deprecate`: the packument of a published version gets a text; nothing else of it changes. */
function deprecate(version: string, text: string | null): void {
	const { state } = portal.sandbox.registries;
	const pack = state.npm.get(PACKAGE);
	const known = pack?.versions.get(version);
	if (pack === undefined || known === undefined) throw new Error(`${PACKAGE} ${version} is not published`);
	const { deprecated: _before, ...packageJson } = known.packageJson;
	state.commit([
		{
			kind: 'npm-version',
			name: PACKAGE,
			visibility: pack.visibility,
			source: pack.source,
			version,
			packageJson: text === null ? packageJson : { ...packageJson, deprecated: text },
			tarball: known.tarball,
			distTags: [],
			at: known.createdAt,
		},
	]);
}
