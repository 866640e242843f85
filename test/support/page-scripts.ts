import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';

const ROOT = join(import.meta.dirname, '../..');
const SCRIPT = /\/_next\/static\/[^"'\\\s<>?]+\.js/g;

/** Addresses of scripts below `/_next/static`, without repetitions. */
export type PageScripts = {
	/** What has to run before the page answers: script elements, and what React asks for to draw what they bring. */
	initial: string[];
	/** Only hinted at (`<link rel=preload>`): fetched meanwhile with low priority, run when it is there. */
	alongside: string[];
};

/** The scripts a page's HTML brings into a current browser; `nomodule` scripts are for others and not counted. */
export function scriptsOf(html: string): PageScripts {
	const withoutOld = html.replaceAll(/<script\b[^>]*\bnomodule\b[^>]*>/gi, '');
	const hints = /<link\b[^>]*>/gi;
	const initial = new Set(withoutOld.replaceAll(hints, '').match(SCRIPT) ?? []);
	const hinted = new Set((withoutOld.match(hints) ?? []).flatMap((link) => link.match(SCRIPT) ?? []));
	return { initial: [...initial], alongside: [...hinted].filter((script) => !initial.has(script)) };
}

/** Bytes of these scripts of the build, each compressed by itself as it is sent. */
export async function gzipped(scripts: Iterable<string>): Promise<number> {
	const sizes = await Promise.all(
		[...scripts].map(async (script) => gzipSync(await readFile(join(ROOT, script.replace('/_next', '.next')))).length),
	);
	return sizes.reduce((sum, size) => sum + size, 0);
}

/** What the framework brings to every page, whatever is on it: the floor under every number. */
export async function frameworkScripts(): Promise<string[]> {
	const manifest: unknown = JSON.parse(await readFile(join(ROOT, '.next/build-manifest.json'), 'utf8'));
	const files =
		typeof manifest === 'object' && manifest !== null && 'rootMainFiles' in manifest && manifest.rootMainFiles;
	if (!Array.isArray(files)) throw new Error('The build manifest does not say what every page loads.');
	return files.map((file) => `/_next/${file}`);
}

/** Every script a browser with an empty cache has fetched once the page is quiet. */
export async function fetchedScripts(
	browser: Browser,
	{ url, path, cookie }: { url: string; path: string; cookie: string },
): Promise<string[]> {
	const context = await browser.newContext();
	try {
		await context.addCookies(
			cookie.split('; ').map((pair) => {
				const at = pair.indexOf('=');
				return { name: pair.slice(0, at), value: pair.slice(at + 1), url };
			}),
		);
		const page = await context.newPage();
		const scripts = new Set<string>();
		page.on('request', (request) => {
			for (const script of new URL(request.url()).pathname.match(SCRIPT) ?? []) scripts.add(script);
		});
		await page.goto(`${url}${path}`, { waitUntil: 'networkidle' });
		return [...scripts];
	} finally {
		await context.close();
	}
}
