import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessibilityProblems, findChromium, openBrowser, openPage, photograph } from '../support/browser';
import { type PortalProcess, startProcess } from '../support/portal-process';
import { findPostgres, type PostgresServer, startPostgres } from '../support/postgres';

/**
 * What a newcomer does (issue "The first install"), in a real browser against `npm start`, once on the embedded default
 * and once on a real PostgreSQL.
 */

const chromium = findChromium();
const postgres = findPostgres();
const inCi = process.env.CI === 'true';
const password = 'correct horse battery';

if (chromium === null && !inCi)
	console.log('Skipped: no Chromium found. Install it (apt-get install chromium) or set CHROMIUM_BIN.');
if (postgres === null && !inCi) console.log('Skipped on PostgreSQL: no server found (apt-get install postgresql).');

const databases = [
	{ name: 'the embedded database', found: true },
	{ name: 'PostgreSQL', found: postgres !== null },
];

describe.each(databases)('the first install on $name', ({ name, found }) => {
	describe.skipIf(!inCi && (chromium === null || !found))('in the browser', () => {
		let server: PostgresServer | null = null;
		let portal: PortalProcess;
		let browser: Browser;
		let page: Page;
		let problems: string[];
		let dataDir: string;
		let settings: Record<string, string>;

		beforeAll(async () => {
			dataDir = await mkdtemp(join(tmpdir(), 'packyard-e2e-'));
			if (name === 'PostgreSQL') server = await startPostgres(postgres ?? missing('PostgreSQL'));
			settings = {
				PACKYARD_DATA_DIR: dataDir,
				PORT: '3900',
				PACKYARD_PATIENCE_SECONDS: '2',
				PACKYARD_SIGN_IN_LIMIT: '100',
				...(server === null ? {} : { DATABASE_URL: server.url }),
			};
			portal = await startProcess(settings);
			browser = await openBrowser(chromium ?? missing('Chromium'));
			({ page, problems } = await openPage(browser, new URL(portal.url).origin));
		});

		afterAll(async () => {
			await browser?.close();
			await portal?.stop();
			await server?.stop();
			await rm(dataDir, { recursive: true, force: true });
		});

		test('the set-up link creates the owner, once', async () => {
			await page.goto(portal.setupUrl ?? missing('the set-up link'));
			await photograph(page, 'setup');
			expect(await accessibilityProblems(page)).toEqual([]);
			await page.getByLabel('Your name').fill('Ana Souza');
			await page.getByLabel('E-mail').fill('ana@example.test');
			await page.getByRole('textbox', { name: 'Password' }).fill(password);
			await page.getByRole('button', { name: 'Create owner and sign in' }).click();
			await page.getByRole('heading', { name: 'Needs you' }).waitFor();

			expect(page.url()).not.toContain('token');
			const again = await page.request.post(`${portal.url}/api/setup`, {
				headers: { origin: portal.url },
				data: {
					token: new URL(portal.setupUrl ?? '').searchParams.get('token'),
					name: 'Eve',
					email: 'eve@example.test',
					password,
				},
			});
			expect(again.status()).toBe(409);
		});

		test('the packs can be searched and filtered, and a blocked one says why', async () => {
			await page.goto(`${portal.url}/packs`);
			await page.getByText('13 packs').waitFor({ timeout: 60_000 });
			await photograph(page, 'packs');
			expect(await accessibilityProblems(page)).toEqual([]);
			await page.getByRole('searchbox').fill('invoices');
			await page.getByRole('link', { name: /Billing/ }).waitFor();
			expect(await page.getByRole('link', { name: /Terminal/ }).count()).toBe(0);
			await page.getByRole('searchbox').fill('files');
			await page
				.getByText(/gru\.ocir\.io/)
				.first()
				.waitFor();
			await page.getByRole('searchbox').fill('');
		});

		test('a pack shows its versions, permissions and contract', async () => {
			await page.goto(`${portal.url}/packs/billing`);
			await page.getByRole('heading', { name: 'Billing' }).waitFor();
			await photograph(page, 'pack');
			expect(await accessibilityProblems(page)).toEqual([]);
			await page.getByRole('tab', { name: 'Configuration' }).click();
			await page
				.getByText('STRIPE', { exact: false })
				.or(page.getByText('API_KEY', { exact: false }))
				.first()
				.waitFor();
			await page.getByRole('tab', { name: 'What it may do' }).click();
			await page
				.getByText(/publish|subscribe|messages/i)
				.first()
				.waitFor();
			await page.getByRole('tab', { name: 'Notes' }).click();
		});

		test('the form refuses what does not fit, next to the field and in a summary with links', async () => {
			await page.goto(`${portal.url}/packs/billing/install?version=1.0.0`);
			const address = page.getByRole('textbox', { name: 'BILLING_PORTAL_URL' });
			await address.fill('not an address');
			await page.getByRole('button', { name: 'Review plan' }).click();
			const first = page.getByRole('link', { name: /PAYMENTS_API_KEY/ });
			await first.waitFor();
			await photograph(page, 'form-errors');

			expect(await address.getAttribute('aria-invalid')).toBe('true');
			expect(await page.getByRole('link', { name: /needs|required|Enter|Use/i }).count()).toBeGreaterThanOrEqual(2);
			await first.click();
			expect(await page.evaluate(() => document.activeElement?.id)).toContain('PAYMENTS_API_KEY');
		});

		test('the plan is shown, Install is pressed, and live steps end on a running install', async () => {
			await page.getByRole('textbox', { name: 'PAYMENTS_API_KEY' }).fill('sk_live_e2e_4242');
			await page.getByRole('textbox', { name: 'WEBHOOK_SIGNING_SECRET' }).fill('whsec_e2e_9988');
			await page.getByRole('textbox', { name: 'BILLING_PORTAL_URL' }).fill('https://pay.acme.test');
			await page.getByRole('textbox', { name: 'FINANCE_CONTACT' }).fill('finance@acme.test');
			await page.getByRole('button', { name: 'Review plan' }).click();
			await page.getByText('3 resources are created.').waitFor();
			await photograph(page, 'plan');
			expect(await accessibilityProblems(page)).toEqual([]);
			await page.getByRole('button', { name: 'Install 1.0.0' }).click();
			await page.waitForURL(/\/operations\//);
			// A reload in the middle must change nothing.
			await page.reload();
			await page.getByText('Billing 1.0.0 is running', { exact: false }).waitFor({ timeout: 60_000 });
			await photograph(page, 'operation');
			expect(await accessibilityProblems(page)).toEqual([]);
			expect(await page.getByText(/0 of 3 secrets found/).count()).toBe(1);
		});

		test('the install page shows version, digests, who and when, and secrets only as set', async () => {
			await page.getByRole('link', { name: 'Open Billing' }).click();
			await page.getByText('Running').first().waitFor();
			await page.getByText('1.0.0').first().waitFor();
			await photograph(page, 'install');
			expect(await accessibilityProblems(page)).toEqual([]);
			const overview = await page.getByRole('main').textContent();
			expect(overview).toContain('sha256:');
			expect(overview).toContain('Ana Souza');
			await page.getByRole('tab', { name: 'Configuration' }).click();
			await page.getByText('https://pay.acme.test').waitFor();
			await photograph(page, 'configuration');
			const html = await page.content();
			expect(html).not.toContain('sk_live_e2e_4242');
			expect(html).not.toContain('whsec_e2e_9988');
		});

		test('an image that never starts ends as failed with pod, image and reason, and can be removed', async () => {
			await page.goto(`${portal.url}/packs/ghost/install`);
			await page.getByRole('textbox', { name: 'GHOST_SESSION_TOKEN' }).fill('boo-e2e-1');
			await page.getByRole('button', { name: 'Review plan' }).click();
			await page.getByRole('button', { name: /^Install / }).click();
			await page.waitForURL(/\/operations\//);
			await page
				.getByText(/could not be pulled/)
				.first()
				.waitFor({ timeout: 60_000 });
			await page
				.getByRole('link', { name: /Remove/ })
				.or(page.getByRole('button', { name: /Remove/ }))
				.first()
				.waitFor({ timeout: 60_000 });
			await photograph(page, 'failed');
			expect(await accessibilityProblems(page)).toEqual([]);
			expect(await page.getByRole('main').textContent()).toMatch(/ImagePullBackOff|ErrImagePull/);
		});

		test('a restart in the middle of an install changes nothing of the outcome', async () => {
			await page.goto(`${portal.url}/packs/terminal/install?version=1.0.0`);
			await page.getByRole('button', { name: 'Review plan' }).click();
			await page.getByRole('button', { name: 'Install 1.0.0' }).click();
			await page.waitForURL(/\/operations\//);
			const started = Date.now();
			await portal.kill();
			portal = await startProcess(settings);
			console.log(`second start: ${((Date.now() - started) / 1000).toFixed(1)} s`);
			expect(portal.output()).not.toMatch(/Installing|Building|Generating/);
			await page.getByText('Terminal 1.0.0 is running', { exact: false }).waitFor({ timeout: 90_000 });
		});

		test('nothing went wrong behind the page', () => {
			// While the server was away, the page's own polling failed; everything else must have been quiet.
			expect(problems.filter((problem) => !problem.includes('ERR_CONNECTION_REFUSED'))).toEqual([]);
		});
	});
});

function missing(what: string): never {
	throw new Error(`${what} is missing; .ci/run installs it.`);
}
