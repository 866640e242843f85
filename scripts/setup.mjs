// Everything a fresh machine needs before the portal can start: dependencies, the Prisma client, Helm, a build.
// Plain JavaScript on Node built-ins only, because it runs before anything is installed. Every step is skipped when a
// stamp says that its inputs have not changed.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureHelm } from './fetch-helm.mjs';

export const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
const stampFile = join(root, '.packyard', 'stamps.json');
const OLDEST_NODE = [20, 19];
const STILL_WORKING_MS = 10_000;

/** No telemetry and no engine downloads in any child (facts: Next asks twice a build, Prisma at every start). */
export const quietEnv = {
	NEXT_TELEMETRY_DISABLED: '1',
	CHECKPOINT_DISABLE: '1',
	PRISMA_HIDE_UPDATE_MESSAGE: '1',
	PRISMA_SCHEMA_ENGINE_BINARY: join(root, 'scripts', 'no-schema-engine.sh'),
};

/**
 * Bring the checkout into a state that can run.
 * @param {{ build?: boolean, helm?: 'required' | 'optional', say?: (line: string) => void }} [wanted]
 * @returns {Promise<{ helm: { path: string, version: string, source: string } | null, helmProblem: string | null }>}
 */
export async function setUp({ build = false, helm = 'optional', say = console.log } = {}) {
	checkNode();
	mkdirSync(join(root, '.packyard'), { recursive: true });
	await step({
		name: 'dependencies',
		inputs: ['package.json', 'package-lock.json'],
		present: () => existsSync(join(root, 'node_modules', '.package-lock.json')),
		doing: 'Installing dependencies',
		run: () =>
			runNode(npmCli(), ['install', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--no-progress']),
		say,
	});
	await step({
		name: 'prisma',
		inputs: ['prisma/schema.prisma', 'node_modules/prisma/package.json'],
		present: () => existsSync(join(root, 'lib', 'db', 'generated', 'client.ts')),
		doing: 'Generating the database client',
		run: () => runNode(join(root, 'node_modules/prisma/build/index.js'), ['generate']),
		say,
	});
	const found = await findHelm({ required: helm === 'required', say });
	if (build) {
		await step({
			name: 'build',
			inputs: [
				'app',
				'components',
				'lib',
				'prisma/schema.prisma',
				'next.config.ts',
				'instrumentation.ts',
				'instrumentation-node.ts',
				'proxy.ts',
				'package.json',
				'package-lock.json',
				'tsconfig.json',
				'postcss.config.mjs',
			],
			present: () => existsSync(join(root, '.next', 'BUILD_ID')),
			doing: 'Building the portal',
			run: () => runNode(join(root, 'node_modules/next/dist/bin/next'), ['build'], { NODE_ENV: 'production' }),
			say,
		});
	}
	return found;
}

async function findHelm({ required, say }) {
	try {
		const helm = await ensureHelm({ dest: join(root, '.packyard', 'bin'), helmBin: process.env.HELM_BIN, log: say });
		return { helm, helmProblem: null };
	} catch (error) {
		if (required) throw error;
		return { helm: null, helmProblem: error.message };
	}
}

function checkNode() {
	const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
	const [needMajor = 0, needMinor = 0] = OLDEST_NODE;
	if (major > needMajor || (major === needMajor && minor >= needMinor)) return;
	throw new Error(
		`Packyard needs Node ${OLDEST_NODE.join('.')} or newer; this is ${process.versions.node}. Install a newer one from https://nodejs.org and start again.`,
	);
}

async function step({ name, inputs, present, doing, run, say }) {
	const hash = hashOf(inputs);
	if (readStamps()[name] === hash && present()) return;
	const started = Date.now();
	const took = () => `${Math.round((Date.now() - started) / 1000)} s`;
	say(`${doing} …`);
	const still = setInterval(
		() => say(`  still ${doing[0]?.toLowerCase()}${doing.slice(1)} (${took()})`),
		STILL_WORKING_MS,
	);
	// Forgotten first: a step that is killed half-way has changed things, whatever the inputs are next time.
	stamp(name, undefined);
	try {
		await run();
	} finally {
		clearInterval(still);
	}
	// The install may have rewritten the lock file: stamp what is there now.
	stamp(name, hashOf(inputs));
	say(`  done in ${took()}`);
}

function stamp(name, hash) {
	writeFileSync(stampFile, `${JSON.stringify({ ...readStamps(), [name]: hash }, null, '\t')}\n`);
}

function readStamps() {
	try {
		return JSON.parse(readFileSync(stampFile, 'utf8'));
	} catch {
		return {};
	}
}

function hashOf(inputs) {
	const hash = createHash('sha256').update(process.versions.modules);
	for (const file of inputs.flatMap((input) => filesBelow(join(root, input))))
		hash.update(file.slice(root.length)).update(readFileSync(file));
	return hash.digest('hex');
}

function filesBelow(path) {
	if (!existsSync(path)) return [];
	if (statSync(path).isFile()) return [path];
	return readdirSync(path, { withFileTypes: true })
		.filter(
			(entry) => entry.name !== 'generated' && !entry.name.endsWith('.test.ts') && !entry.name.endsWith('.test.tsx'),
		)
		.sort((a, b) => (a.name < b.name ? -1 : 1))
		.flatMap((entry) => filesBelow(join(path, entry.name)));
}

/** npm as JavaScript next to this Node, so that no shell is needed; npm sets npm_execpath for its scripts. */
function npmCli() {
	const candidates = [
		process.env.npm_execpath,
		join(process.execPath, '../../lib/node_modules/npm/bin/npm-cli.js'),
		'/usr/share/nodejs/npm/bin/npm-cli.js',
	];
	const found = candidates.find((path) => path?.endsWith('.js') && existsSync(path));
	if (found === undefined) throw new Error('npm was not found. Run `npm install` yourself, then start again.');
	return found;
}

/** Run a Node program quietly; its last lines are shown only when it fails. */
export function runNode(script, args, env = {}) {
	return new Promise((resolve, reject) => {
		const child = spawn(process.execPath, [script, ...args], {
			cwd: root,
			env: { ...process.env, ...quietEnv, ...env },
			stdio: ['ignore', 'pipe', 'pipe'],
		});
		let tail = '';
		const keep = (chunk) => {
			tail = (tail + chunk).slice(-6000);
		};
		child.stdout.on('data', keep);
		child.stderr.on('data', keep);
		child.on('error', reject);
		child.on('close', (code) => {
			if (code === 0) resolve(undefined);
			else
				reject(new Error(`${args.join(' ')} failed (exit ${code}):\n${tail.trim().split('\n').slice(-30).join('\n')}`));
		});
	});
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	try {
		await setUp({ build: process.argv.includes('--build') });
	} catch (error) {
		console.error(error.message);
		process.exitCode = 1;
	}
}
