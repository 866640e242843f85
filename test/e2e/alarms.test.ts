import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SourceDetail, SourceList } from '@/lib/contracts/sources';
import { type Sandbox, startSandbox } from '@/lib/sandbox';
import { accessibilityProblems, findChromium, openBrowser, openPage, photograph } from '../support/browser';
import { FAILING_SIGN_OFF, oddPack } from '../support/odd-pack';
import { type Door, requestInstall, requestRemoval } from '../support/orders';
import { finishedAt, ownerDoor, signInAsOwner, sourcesRead } from '../support/owner-door';
import { packOf } from '../support/packs';
import { OWNER } from '../support/portal';
import { type PortalProcess, startProcess } from '../support/portal-process';
import { githubSourceOf } from '../support/publisher';

/** What a publisher does to a version that runs, and a hook that blocks a removal, as an admin meets them. */

const chromium = findChromium();
const inCi = process.env.CI === 'true';
const minute = { timeout: 60_000 };

describe.skipIf(!inCi && chromium === null)('alarms in the browser', () => {
	let sandbox: Sandbox;
	let portal: PortalProcess;
	let browser: Browser;
	let page: Page;
	let problems: string[];
	let folder: string;
	let door: Door;
	let ledger: string;
	let parting: string;

	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), 'packyard-e2e-'));
		const parting1 = oddPack('parting', [{ version: '1.0.0', templates: { 'sign-off.yaml': FAILING_SIGN_OFF } }]);
		sandbox = await startSandbox({ dataDir: null, packs: [ledgerWith({}), parting1] });
		const kubeconfig = join(folder, 'kubeconfig');
		await writeFile(kubeconfig, sandbox.cluster.kubeconfig(), { mode: 0o600 });
		portal = await startProcess({
			PACKYARD_DATA_DIR: join(folder, 'data'),
			PORT: '3960',
			PACKYARD_PATIENCE_SECONDS: '2',
			PACKYARD_SIGN_IN_LIMIT: '100',
			PACKYARD_KUBECONFIG: kubeconfig,
		});
		const cookie = await signInAsOwner(portal.url, portal.setupUrl);
		door = ownerDoor(() => ({ url: portal.url, cookie }));
		await door.ask(SourceDetail, 'POST', '/api/sources', {
			name: 'Publisher',
			config: githubSourceOf(sandbox),
			credential: sandbox.githubToken,
		});
		await sourcesRead(door);
		ledger = await running({ slug: 'ledger', release: 'ledger', answers: { plain: { REGION: 'eu' }, secrets: {} } });
		const token = { plain: {}, secrets: { ODD_TOKEN: 'planted-token' } };
		parting = await running({ slug: 'parting', release: 'parting', answers: token });
		browser = await openBrowser(chromium ?? 'chromium');
		({ page, problems } = await openPage(browser, new URL(portal.url).origin));
		await page.goto(`${portal.url}/sign-in`);
		await page.getByLabel('E-mail').fill(OWNER.email);
		await page.getByRole('textbox', { name: 'Password' }).fill(OWNER.password);
		await page.getByRole('button', { name: 'Sign in' }).click();
		await page.getByRole('heading', { name: 'Needs you' }).waitFor(minute);
	});

	afterAll(async () => {
		await browser?.close();
		await portal?.stop();
		await sandbox?.close();
		await rm(folder, { recursive: true, force: true });
	});

	test('a tag that moved stands first of what has to be decided, and on the install', async () => {
		sandbox.registries.publish(ledgerWith({ LIMIT: 'number' }));
		await readAgain();
		await page.goto(`${portal.url}/`);
		await page.getByText('The tag 1.0.0 points to other bytes now than the ones that run here.').waitFor(minute);
		await photograph(page, 'alarm-home');
		expect(await accessibilityProblems(page)).toEqual([]);

		await page.goto(`${portal.url}/installs`);
		await page.getByText('tag moved').filter({ visible: true }).waitFor(minute);
		await photograph(page, 'alarm-list');

		await page.goto(`${portal.url}/installs/${ledger}`);
		await page.getByText('What runs is what was reviewed').waitFor(minute);
		await photograph(page, 'alarm-install');
		expect(await accessibilityProblems(page)).toEqual([]);
	}, 120_000);

	test('it is settled, raised again, compared and accepted', async () => {
		await page.getByRole('button', { name: 'Settle…' }).click();
		await page.getByLabel('Why').fill('Rebuilt by the publisher');
		await photograph(page, 'alarm-settle');
		await page.getByRole('button', { name: 'Settle it' }).click();
		await page.getByText('1 settled notice').click();
		await photograph(page, 'alarm-settled');
		await page.getByRole('button', { name: 'Raise again' }).click();

		await page.getByRole('link', { name: 'Compare the bytes' }).click();
		await page.getByRole('button', { name: 'Compare the bytes' }).click();
		await page.getByText('khal-app.json').waitFor(minute);
		await photograph(page, 'alarm-compare');
		expect(await accessibilityProblems(page)).toEqual([]);
		await page.getByRole('button', { name: 'Accept the new bytes…' }).click();
		await photograph(page, 'alarm-accept');
		await page.getByRole('button', { name: 'Accept them' }).click();
		await page.getByRole('dialog').waitFor({ state: 'hidden', ...minute });
	}, 120_000);

	test('the accepted bytes run after their plan was approved', async () => {
		await page.goto(`${portal.url}/installs/${ledger}`);
		await page.getByText('its new bytes were accepted').waitFor(minute);
		await photograph(page, 'alarm-replaced');
		await page.getByRole('link', { name: 'Plan the new bytes' }).click();
		await page
			.getByRole('spinbutton', { name: 'LIMIT' })
			.or(page.getByRole('textbox', { name: 'LIMIT' }))
			.fill('5');
		await page.getByRole('button', { name: 'Compute the new plan' }).click();
		await page.getByText('stands for other bytes now').waitFor(minute);
		await photograph(page, 'alarm-plan');
		await page.getByLabel(/stands for other bytes now/).check();
		for (const box of await page.locator('#acknowledge').getByRole('checkbox').all()) await box.check();
		await page.getByRole('button', { name: /Take the new bytes of 1\.0\.0/ }).click();
		await page.getByRole('heading', { name: /Applied the configuration of/ }).waitFor(minute);
		await page.goto(`${portal.url}/`);
		await page.getByText('Nothing needs you right now.').waitFor(minute);
	}, 120_000);

	test('a removal that a hook has stopped can go on without it, and leaves no way back that leads nowhere', async () => {
		const { id } = await requestRemoval(door, parting, { removeSecrets: true });
		await finishedAt(door, id);
		await page.goto(`${portal.url}/operations/${id}`);
		await page.getByLabel(/Remove without running the hooks/).waitFor(minute);
		await photograph(page, 'hook-failed');
		expect(await accessibilityProblems(page)).toEqual([]);
		await page.getByLabel(/Remove without running the hooks/).check();
		await photograph(page, 'hook-skip');
		await page.getByRole('button', { name: 'Remove without hooks' }).click();
		await page.getByRole('link', { name: 'See what is left' }).click(minute);
		await page.getByRole('link', { name: 'Install again' }).waitFor(minute);
		await photograph(page, 'removed-nothing-kept');
		expect(await page.getByText(/Bring back/).count()).toBe(0);
	}, 120_000);

	test('a version that is taken back is a quiet notice', async () => {
		sandbox.registries.unpublish('ledger', '1.0.0');
		for (let listing = 0; listing < 3; listing++) await readAgain();
		await page.goto(`${portal.url}/installs/${ledger}`);
		await page.getByText('1.0.0 is no longer published by its source.').waitFor(minute);
		await photograph(page, 'alarm-vanished');
		await page.goto(`${portal.url}/`);
		await page.getByText('no longer published').waitFor(minute);
		await photograph(page, 'alarm-quiet');
		expect(problems).toEqual([]);
	}, 120_000);

	function ledgerWith(keys: Record<string, 'string' | 'number'>) {
		return packOf('ledger', [{ version: '1.0.0', keys: { REGION: 'string', ...keys } }]);
	}

	async function running(order: Parameters<typeof requestInstall>[1]): Promise<string> {
		const ended = await finishedAt(door, (await requestInstall(door, order)).id);
		if (ended.state !== 'succeeded') throw new Error(ended.failure?.message ?? 'failed');
		return ended.installId;
	}

	/** One sync from the button in Settings to its end. */
	async function readAgain(): Promise<void> {
		const { sources } = await door.ask(SourceList, 'GET', '/api/sources');
		for (const { id } of sources) {
			await door.send('POST', `/api/sources/${id}/sync`, {});
			for (let tries = 0; tries < 300; tries++) {
				const now = await door.ask(SourceList, 'GET', '/api/sources');
				if (now.sources.every(({ health }) => health !== 'syncing')) break;
				await new Promise((resolve) => setTimeout(resolve, 100));
			}
		}
	}
});
