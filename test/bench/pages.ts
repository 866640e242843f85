import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { PackDetail } from '@/lib/contracts/packs';
import { SourceList } from '@/lib/contracts/sources';
import { findChromium, openBrowser } from '../support/browser';
import { type Door, requestInstall } from '../support/orders';
import { finishedAt, ownerDoor, signInAsOwner, sourcesRead } from '../support/owner-door';
import { fetchedScripts, frameworkScripts, gzipped, scriptsOf } from '../support/page-scripts';
import { startProcess } from '../support/portal-process';

/**
 * `npm run bench:pages`: DESIGN section 9, initial JavaScript of every page of the production build, gzip, kB = 1,000
 * bytes. `initial` is what the HTML loads before the page answers, and what the bar is about; `alongside` is preloaded
 * with low priority; `settled` is everything a browser with an empty cache fetched until the page was quiet, with the
 * pages its links lead to (needs Chromium). Prints a table and JSON, never fails.
 */

const BAR_KB = 150;
const APP = join(import.meta.dirname, '../../app');
const ANSWERS = {
	plain: { BILLING_PORTAL_URL: 'https://pay.acme.test' },
	secrets: { PAYMENTS_API_KEY: 'bench-1', WEBHOOK_SIGNING_SECRET: 'bench-2', FINANCE_CONTACT: 'finance@acme.test' },
};

const folder = await mkdtemp(join(tmpdir(), 'packyard-bench-'));
const portal = await startProcess({ PORT: '0', PACKYARD_DATA_DIR: join(folder, 'data') });
const chromium = findChromium();
const browser = chromium === null ? null : await openBrowser(chromium);
try {
	const cookie = await signInAsOwner(portal.url, portal.setupUrl);
	const door = ownerDoor(() => ({ url: portal.url, cookie }));
	await sourcesRead(door);
	const paths = await pathsOf(door);
	const rows = [];
	for (const [page, path] of paths) rows.push({ page, ...(await measure(door, { path, cookie, browser })) });
	rows.sort((a, b) => b.initialKb - a.initialKb);
	console.table(rows);
	const worst = Math.max(...rows.map((row) => row.initialKb));
	const frameworkKb = kb(await gzipped(await frameworkScripts()));
	console.log(`framework alone ${frameworkKb} kB, largest page ${worst} kB, bar < ${BAR_KB} kB`);
	console.log(
		JSON.stringify({ bench: 'pages', barKb: BAR_KB, worstKb: worst, frameworkKb, isMet: worst < BAR_KB, rows }),
	);
} finally {
	await browser?.close();
	await portal.stop();
	await rm(folder, { recursive: true, force: true });
}

type Asked = { path: string; cookie: string; browser: Browser | null };

async function measure(door: Door, { path, cookie, browser }: Asked) {
	const response = await door.send('GET', path);
	if (!response.ok || response.redirected) throw new Error(`${path} answered ${response.status} at ${response.url}`);
	const { initial, alongside } = scriptsOf(await response.text());
	return {
		initialKb: kb(await gzipped(initial)),
		scripts: initial.length,
		alongsideKb: kb(await gzipped(alongside)),
		settledKb:
			browser === null ? null : kb(await gzipped(await fetchedScripts(browser, { url: portal.url, path, cookie }))),
	};
}

/** Every page there is, by its file, with the address of one that exists. */
async function pathsOf(door: Door): Promise<[page: string, path: string][]> {
	const { pack } = await door.ask(PackDetail, 'GET', '/api/packs/billing');
	const { sources } = await door.ask(SourceList, 'GET', '/api/sources');
	const { id, installId } = await requestInstall(door, {
		slug: pack.slug,
		version: '1.0.0',
		release: 'billing',
		answers: ANSWERS,
	});
	await finishedAt(door, id);
	const named: Record<string, string> = {
		'/packs/[slug]': `/packs/${pack.slug}`,
		'/installs/[id]': `/installs/${installId}`,
		'/operations/[id]': `/operations/${id}`,
		'/settings/sources/[id]': `/settings/sources/${sources[0]?.id}`,
	};
	const files = await readdir(APP, { recursive: true });
	return files
		.filter((file) => /(^|\/)page\.tsx$/.test(file))
		.map((file) => `/${file}`.replaceAll(/\/\([^)]*\)/g, '').replace(/\/page\.tsx$/, '') || '/')
		.map((page) => {
			const path = page.replace(/^.*?\]/, (start) => named[start] ?? start);
			if (path.includes('[')) throw new Error(`The benchmark does not know an address for ${page}.`);
			return [page, path];
		});
}

function kb(bytes: number): number {
	return Math.round(bytes / 100) / 10;
}
