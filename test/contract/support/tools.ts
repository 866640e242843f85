import { accessSync, constants } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findHelm } from '../../../scripts/fetch-helm.mjs';

/** A real program a suite needs: where it is, or what to do about its absence. */
type Tool = { path: string | null; hint: string };

const root = join(import.meta.dirname, '../../..');
const build = 'build it with "node scripts/contract-tools.mjs" (needs Go)';
const helm = await findHelm({ dest: join(root, '.packyard/bin'), helmBin: process.env.HELM_BIN });

const tools = {
	helm: { path: helm?.path ?? null, hint: 'npm start fetches one, or set HELM_BIN' },
	oras: { path: built('oras'), hint: build },
	olareg: { path: built('olareg'), hint: build },
	distribution: { path: built('distribution'), hint: build },
	'docker-registry': { path: onPath('docker-registry'), hint: 'apt-get install docker-registry' },
	skopeo: { path: onPath('skopeo'), hint: 'apt-get install skopeo' },
	npm: { path: onPath('npm'), hint: 'it comes with Node' },
	verdaccio: { path: verdaccio(), hint: 'npm install' },
} satisfies Record<string, Tool>;

export type ToolName = keyof typeof tools;

/** The path of a program whose suite is running. Throws when it is missing. */
export function pathOf(name: ToolName): string {
	const { path, hint } = tools[name];
	if (path === null) throw new Error(`${name} is missing: ${hint}`);
	return path;
}

/**
 * A `describe` that needs programs. Without one it is skipped with the reason in its name; in CI, where everything must
 * be there, the same reason is a failure.
 */
export function describeWith(name: string, needs: readonly ToolName[], body: () => void): void {
	const missing = needs.filter((tool) => tools[tool].path === null);
	if (missing.length === 0) {
		describe(name, body);
		return;
	}
	const reason = missing.map((tool) => `${tool} is missing: ${tools[tool].hint}`).join('; ');
	describe(name, () => {
		if (process.env.CI === 'true') test(`everything is installed`, () => expect.fail(reason));
		else test.skip(reason);
	});
	console.log(`${name}: not tested, ${reason}`);
}

function built(name: string): string | null {
	return executable(join(root, '.packyard', 'bin', name));
}

function onPath(name: string): string | null {
	const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
	return folders.map((folder) => executable(join(folder, name))).find((path) => path !== null) ?? null;
}

/** Its start script, to be run with this Node. */
function verdaccio(): string | null {
	try {
		return join(dirname(createRequire(import.meta.url).resolve('verdaccio/package.json')), 'bin', 'verdaccio');
	} catch {
		return null;
	}
}

function executable(path: string): string | null {
	try {
		accessSync(path, constants.X_OK);
		return path;
	} catch {
		return null;
	}
}
