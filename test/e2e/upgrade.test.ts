import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
	accessibilityProblems,
	becomeOwner,
	findChromium,
	openBrowser,
	openPage,
	photograph,
} from '../support/browser';
import { readKeptCluster } from '../support/kept-cluster';
import { type PortalProcess, startProcess } from '../support/portal-process';

/**
 * The chain 1.0.0 → 1.5.0 → 1.6.0 of the example pack Billing, in a real browser: a renamed secret, a new required
 * key, a narrowed type, a changed default, a secret that becomes plain, and an image that fails.
 */

const chromium = findChromium();
const inCi = process.env.CI === 'true';
const kept = 'sk_live_upgrade_7171';
const minute = { timeout: 60_000 };

describe.skipIf(!inCi && chromium === null)('upgrades in the browser', () => {
	let portal: PortalProcess;
	let browser: Browser;
	let page: Page;
	let problems: string[];
	let dataDir: string;
	let install: string;
	/** What the pod of 1.0.0 got, before anything was upgraded. */
	let first: Record<string, string>;
	const environment = async () => (await readKeptCluster(dataDir)).environment('khal', 'pack-billing');

	beforeAll(async () => {
		dataDir = await mkdtemp(join(tmpdir(), 'packyard-e2e-'));
		portal = await startProcess({
			PACKYARD_DATA_DIR: dataDir,
			PORT: '3950',
			PACKYARD_PATIENCE_SECONDS: '2',
			PACKYARD_SIGN_IN_LIMIT: '100',
		});
		browser = await openBrowser(chromium ?? 'chromium');
		({ page, problems } = await openPage(browser, new URL(portal.url).origin));
		await becomeOwner(page, portal.setupUrl);
		await page.goto(`${portal.url}/packs`);
		await page.getByText('13 packs').waitFor(minute);
	});

	afterAll(async () => {
		await browser?.close();
		await portal?.stop();
		await rm(dataDir, { recursive: true, force: true });
	});

	test('1.0.0 is installed', async () => {
		await page.goto(`${portal.url}/packs/billing/install?version=1.0.0`);
		await page.getByRole('textbox', { name: 'PAYMENTS_API_KEY' }).fill(kept);
		await page.getByRole('textbox', { name: 'WEBHOOK_SIGNING_SECRET' }).fill('whsec_upgrade_1');
		await page.getByRole('textbox', { name: 'BILLING_PORTAL_URL' }).fill('https://pay.acme.test');
		await page.getByRole('textbox', { name: 'FINANCE_CONTACT' }).fill('hidden@acme.test');
		await page.getByText(/optional settings/).click();
		await page.getByRole('textbox', { name: 'INVOICE_DUE_DAYS' }).fill('30 dias');
		await page.getByRole('button', { name: 'Review plan' }).click();
		await page.getByRole('button', { name: 'Install 1.0.0' }).click();
		await page.getByRole('link', { name: 'Open Billing' }).click(minute);
		await page.waitForURL(/\/installs\/[0-9a-f-]+$/);
		install = new URL(page.url()).pathname;
		first = await environment();
		expect(first).toMatchObject({ PAYMENTS_API_KEY: kept, INVOICE_DUE_DAYS: '30 dias' });
	});

	test('"Can I upgrade?" answers for every newer version, and each answer leads to its upgrade', async () => {
		await page.goto(`${portal.url}/installs`);
		await page.getByRole('link', { name: 'Can I upgrade?' }).click();
		await page.getByRole('button', { name: 'Show all 9 newer versions' }).click(minute);
		await page.getByRole('link', { name: 'khal/pack-billing to 1.0.1: Safe' }).waitFor();
		await photograph(page, 'can-i-upgrade');
		expect(await accessibilityProblems(page)).toEqual([]);
		await page.getByRole('link', { name: /^khal\/pack-billing to 1\.5\.0: \d+ decisions$/ }).click();
		await page.waitForURL(`${portal.url}${install}/upgrade?version=1.5.0`);
	});

	test('the upgrade says every break in a sentence and cannot be pressed before it is answered', async () => {
		await page.goto(`${portal.url}${install}/upgrade?version=1.5.0`);
		await page
			.getByText(/PAYMENTS_API_KEY looks renamed to PAYMENT_PROVIDER_API_KEY/)
			.first()
			.waitFor(minute);
		await photograph(page, 'upgrade');

		expect(await accessibilityProblems(page)).toEqual([]);
		expect(await page.getByText(/FINANCE_CONTACT is no longer a secret/).count()).toBeGreaterThan(0);
		expect(await page.getByText(/BILLING_TAX_ID is a new required value/).count()).toBeGreaterThan(0);
		expect(await page.getByText(/BILLING_CURRENCY changes its default/).count()).toBeGreaterThan(0);
		expect(await page.getByText(/INVOICE_DUE_DAYS.*number/).count()).toBeGreaterThan(0);
		expect(await page.getByRole('textbox', { name: 'BILLING_PORTAL_URL' }).count()).toBe(0);
		expect(await page.getByRole('button', { name: /^Upgrade 1\.0\.0/ }).getAttribute('aria-disabled')).toBe('true');
	});

	test('with the rename confirmed the secret is not asked again', async () => {
		await page.getByRole('radio', { name: /Yes, PAYMENTS_API_KEY is PAYMENT_PROVIDER_API_KEY now/ }).check();
		await page.getByRole('textbox', { name: 'FINANCE_CONTACT', exact: true }).fill('finance@acme.test');
		await page.getByRole('textbox', { name: 'BILLING_TAX_ID' }).fill('12.345.678/0001-90');
		await page.getByRole('textbox', { name: 'INVOICE_DUE_DAYS' }).fill('30');
		await page.getByRole('button', { name: 'Compute the new plan' }).click();
		await page.getByRole('textbox', { name: /FINANCE_CONTACT is no longer a secret/ }).fill('FINANCE_CONTACT');
		// 1.3.0 narrows a type and its notes keep quiet about it; another step is announced as breaking.
		const acknowledge = page.getByRole('region', { name: 'Read and acknowledge' });
		await acknowledge.getByRole('checkbox', { name: /^Not mentioned by the author/ }).check();
		await acknowledge.getByRole('checkbox', { name: /^The author announces a/ }).check();
		const button = page.getByRole('button', { name: /^Upgrade 1\.0\.0/ });
		await expect.poll(() => button.getAttribute('aria-disabled'), minute).toBeNull();

		expect(await page.getByRole('textbox', { name: 'PAYMENT_PROVIDER_API_KEY' }).count()).toBe(0);
		await button.click();
		await page.waitForURL(/\/operations\//);
		await page.getByRole('link', { name: 'Open Billing' }).click(minute);
	});

	test('the configuration shows the moved secret as set and the contact in clear', async () => {
		await page.getByRole('tab', { name: 'Configuration' }).click();
		await page.getByText('PAYMENT_PROVIDER_API_KEY').waitFor();
		await photograph(page, 'upgraded-configuration');
		const text = (await page.getByRole('main').textContent()) ?? '';

		expect(text).toContain('finance@acme.test');
		expect(text).not.toContain(kept);
		expect(text).not.toContain('hidden@acme.test');
		const now = await environment();
		expect(now).toMatchObject({
			PAYMENT_PROVIDER_API_KEY: kept,
			FINANCE_CONTACT: 'finance@acme.test',
			INVOICE_DUE_DAYS: '30',
			BILLING_TAX_ID: '12.345.678/0001-90',
		});
		expect(now).not.toHaveProperty('PAYMENTS_API_KEY');
	});

	test('an upgrade whose image fails returns to what ran, and the page shows both facts', async () => {
		await page.goto(`${portal.url}${install}/upgrade?version=1.6.0`);
		const button = page.getByRole('button', { name: /^Upgrade 1\.5\.0/ });
		await button.waitFor(minute);
		await expect.poll(() => button.getAttribute('aria-disabled'), minute).toBeNull();
		await button.click();
		await page.waitForURL(/\/operations\//);
		await page
			.getByText(/could not be pulled/)
			.first()
			.waitFor(minute);
		await page
			.getByText(/1\.5\.0 runs again/)
			.first()
			.waitFor(minute);
		await photograph(page, 'returned');
		expect(await accessibilityProblems(page)).toEqual([]);
		await page.goto(`${portal.url}${install}`);
		await page.getByText('Upgrade failed (still running 1.5.0)').first().waitFor(minute);
		await photograph(page, 'upgrade-failed');
	});

	test('the inbox puts it under Broken', async () => {
		await page.goto(`${portal.url}/`);
		await page.getByRole('heading', { name: /Broken/ }).waitFor();
		await photograph(page, 'inbox');
		expect(await accessibilityProblems(page)).toEqual([]);
	});

	test('a rollback to 1.0.0 is planned, says what it does not undo, and runs', async () => {
		await page.goto(`${portal.url}${install}/rollback?revision=1`);
		await page
			.getByText(/does not restore data/)
			.first()
			.waitFor(minute);
		await photograph(page, 'rollback');
		expect(await accessibilityProblems(page)).toEqual([]);
		const button = page.getByRole('button', { name: /^Roll back to 1\.0\.0/ });
		await expect.poll(() => button.getAttribute('aria-disabled'), minute).toBeNull();
		await button.click();
		await page.waitForURL(/\/operations\//);
		await page.getByRole('link', { name: 'Open Billing' }).click(minute);
		await page.getByRole('tab', { name: 'Configuration' }).click();
		await page.getByText('PAYMENTS_API_KEY').first().waitFor();
		expect(await environment()).toEqual(first);
	});

	test('removing shows what is deleted and kept, wants the name typed, and leaves only what it said', async () => {
		const before = (await readKeptCluster(dataDir)).names('khal');
		expect(before).toContain('Deployment pack-billing');
		await page.goto(`${portal.url}${install}/remove`);
		const name = page.getByRole('textbox', { name: /to confirm/ });
		await name.waitFor(minute);
		await photograph(page, 'remove');
		expect(await accessibilityProblems(page)).toEqual([]);
		const said = (await page.getByText(/^(ConfigMap|Secret) pack-billing-env-r\d+$/).allTextContents()).sort();
		expect(said).toHaveLength(6);
		await name.fill('pack-billing');
		await page.getByRole('button', { name: 'Remove Billing' }).click();
		await page.waitForURL(/\/operations\//);
		await page.getByText('Billing is removed from khal.').waitFor(minute);
		const { names } = await readKeptCluster(dataDir);
		const left = names('khal').filter((name) => /billing/.test(name) && !name.startsWith('Event '));
		expect(left).toEqual(said);
	});

	test('the audit tells the whole story and its chain verifies', async () => {
		await page.goto(`${portal.url}/audit`);
		await page
			.getByText(/Upgrade Billing 1\.0\.0 → 1\.5\.0/)
			.first()
			.waitFor();
		await page.getByRole('button', { name: /Verify/ }).click();
		await page.getByText(/The chain is whole: \d+ entries checked/).waitFor();
		await photograph(page, 'audit');
		expect(await accessibilityProblems(page)).toEqual([]);
	});

	test('nothing went wrong behind the page', () => {
		expect(problems).toEqual([]);
	});
});
