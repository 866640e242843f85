import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import Axe from '@axe-core/playwright';
import { type Browser, chromium, type Page } from 'playwright-core';

const CANDIDATES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const SCREENS = join(import.meta.dirname, '../output/screens');

/** Where Debian (or the admin) put a browser; null when there is none. */
export function findChromium(): string | null {
	const wanted = process.env.CHROMIUM_BIN;
	return [...(wanted === undefined ? [] : [wanted]), ...CANDIDATES].find((path) => existsSync(path)) ?? null;
}

export async function openBrowser(executablePath: string): Promise<Browser> {
	const quiet = [
		'--disable-gpu',
		'--disable-quic',
		'--no-first-run',
		'--disable-background-networking',
		'--disable-component-update',
		'--disable-sync',
	];
	return chromium.launch({ executablePath, headless: true, args: ['--no-sandbox', ...quiet] });
}

export type Watched = { page: Page; problems: string[] };

/** A page that remembers what a person would not see: console errors, exceptions, requests to other hosts. */
export async function openPage(browser: Browser, url: string): Promise<Watched> {
	const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' });
	const page = await context.newPage();
	const problems: string[] = [];
	page.on('pageerror', (error) => problems.push(`exception: ${error.message}`));
	page.on('console', (message) => {
		// A refused request is reported here too; the tests expect some of those and look at the page instead.
		if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
			problems.push(`console: ${message.text()}`);
	});
	page.on('request', (request) => {
		if (!request.url().startsWith(url) && !request.url().startsWith('data:') && !request.url().startsWith('blob:'))
			problems.push(`foreign request: ${request.url()}`);
	});
	return { page, problems };
}

/** Follow the set-up link and become the owner `ana@example.test`; ends signed in, on the home page. */
export async function becomeOwner(page: Page, setupUrl: string | null): Promise<void> {
	if (setupUrl === null) throw new Error('this portal has an owner already');
	await page.goto(setupUrl);
	await page.getByLabel('Your name').fill('Ana Souza');
	await page.getByLabel('E-mail').fill('ana@example.test');
	await page.getByRole('textbox', { name: 'Password' }).fill('correct horse battery');
	await page.getByRole('button', { name: 'Create owner and sign in' }).click();
	await page.getByRole('heading', { name: 'Needs you' }).waitFor();
}

/** Screenshots of one state: wide and narrow, dark and light. */
export async function photograph(page: Page, name: string): Promise<void> {
	await mkdir(SCREENS, { recursive: true });
	for (const scheme of ['dark', 'light'] as const) {
		await page.evaluate((theme) => {
			document.documentElement.dataset.theme = theme;
		}, scheme);
		await page.waitForTimeout(250);
		for (const [label, width] of [
			['wide', 1280],
			['narrow', 390],
		] as const) {
			await page.setViewportSize({ width, height: 800 });
			await page.screenshot({ path: join(SCREENS, `${name}-${scheme}-${label}.png`) });
		}
	}
	await page.setViewportSize({ width: 1280, height: 800 });
	await page.evaluate(() => {
		document.documentElement.dataset.theme = 'dark';
	});
	// Colours may be in transition; what is measured next should be what people see.
	await page.waitForTimeout(400);
}

/** What axe-core finds on the page as it is, in one line each; empty = nothing. */
export async function accessibilityProblems(page: Page): Promise<string[]> {
	const { violations } = await new Axe({ page }).analyze();
	return violations.map(
		(violation) =>
			`${violation.id} (${violation.impact}): ${violation.nodes.map((node) => node.target.join(' ')).join('; ')}`,
	);
}
