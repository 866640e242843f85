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

/** A pack that wants what the policy refuses, in a real browser: refused, excepted by the owner, confirmed, installed. */

const chromium = findChromium();
const inCi = process.env.CI === 'true';
const minute = { timeout: 60_000 };

describe.skipIf(!inCi && chromium === null)('the policy in the browser', () => {
	let portal: PortalProcess;
	let browser: Browser;
	let page: Page;
	let problems: string[];
	let dataDir: string;

	beforeAll(async () => {
		dataDir = await mkdtemp(join(tmpdir(), 'packyard-policy-'));
		portal = await startProcess({ PACKYARD_DATA_DIR: dataDir, PORT: '3970', PACKYARD_SIGN_IN_LIMIT: '100' });
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

	const plan = async () => {
		await page.goto(`${portal.url}/packs/telemetry/install?version=2.3.0`);
		await page.getByRole('button', { name: 'Review plan' }).click();
	};
	const install = () => page.getByRole('button', { name: /^Install 2\.3\.0/ });

	test('a privileged pack is refused, and the plan says by what and where an owner decides otherwise', async () => {
		await plan();
		await page.getByRole('heading', { name: 'Refused by your policy' }).waitFor(minute);
		await photograph(page, 'policy-refused');

		expect(await accessibilityProblems(page)).toEqual([]);
		expect(await install().getAttribute('aria-disabled')).toBe('true');
	});

	test('each refused power is allowed for this pack with a reason, from the link in the plan', async () => {
		const powers = page.getByRole('region', { name: 'Refused by your policy' });
		const links = await powers.getByRole('link').evaluateAll((found) => found.map((link) => link.getAttribute('href')));
		expect(links.length).toBeGreaterThan(0);
		for (const link of links) {
			await page.goto(`${portal.url}${link}`);
			const reason = page.getByRole('textbox', { name: 'Reason' });
			await reason.waitFor(minute);
			await reason.fill('It watches the nodes themselves; agreed with security on 3 March.');
			await page.getByRole('button', { name: 'Allow for this pack' }).click();
			await page
				.getByText(/Telemetry may have/)
				.first()
				.waitFor(minute);
		}
		await photograph(page, 'policy');
		expect(await accessibilityProblems(page)).toEqual([]);
	});

	test('the plan now asks for a word on each, shows whose exception it is, and the install runs', async () => {
		await plan();
		await page.getByRole('heading', { name: 'Needs your word' }).waitFor(minute);
		await photograph(page, 'policy-confirm');
		expect(await page.getByText(/allowed for this pack by Ana Souza/).count()).toBeGreaterThan(0);
		expect(await install().getAttribute('aria-disabled')).toBe('true');
		for (const box of await page.getByRole('region', { name: 'Read and acknowledge' }).getByRole('checkbox').all())
			await box.check();
		await expect.poll(() => install().getAttribute('aria-disabled'), minute).toBeNull();
		await install().click();
		await page.getByRole('link', { name: 'Open Telemetry' }).click(minute);
		await page.getByText('Running').first().waitFor(minute);

		const { names } = await readKeptCluster(dataDir);
		expect(names('khal')).toContain('DaemonSet pack-telemetry-node');
	});

	test('the audit has who allowed it, why, and what was gained', async () => {
		await page.goto(`${portal.url}/audit`);
		await page.getByText('Install Telemetry 2.3.0').first().waitFor(minute);
		const answer = await page.evaluate(async () => (await fetch('/api/audit?limit=50')).text());
		expect(answer).toContain('policy.exception-added');
		expect(answer).toContain('agreed with security on 3 March');
		expect(answer).toContain('"gained":[{');
	});

	test('nothing went wrong behind the page', () => {
		expect(problems).toEqual([]);
	});
});
