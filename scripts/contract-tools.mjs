// The Go programs of the contract tests: the oras CLI and two registries, built from test/contract/tools into
// .packyard/bin. Versions and hashes are in go.mod and go.sum there, so nothing else can be what is built. Skipped when
// the binaries are those of the committed files.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
const source = join(root, 'test', 'contract', 'tools');
const bin = join(root, '.packyard', 'bin');
const stampFile = join(bin, 'contract-tools.json');
const STILL_BUILDING_MS = 15_000;

/** File name in .packyard/bin → what `go build` is asked for. */
const tools = {
	oras: 'oras.land/oras/cmd/oras',
	olareg: 'github.com/olareg/olareg/cmd/olareg',
	distribution: './distribution',
};

/**
 * Build what is missing or outdated.
 * @param {{ say?: (line: string) => void }} [options]
 * @returns {Promise<{ built: string[], seconds: number }>}
 * @throws {Error} with what to install, or with the last lines of the compiler
 */
export async function ensureContractTools({ say = console.log } = {}) {
	const started = Date.now();
	const wanted = hashOfSources();
	const stamps = readStamps();
	const names = Object.keys(tools).filter((name) => stamps[name] !== wanted || !existsSync(join(bin, name)));
	mkdirSync(bin, { recursive: true });
	for (const [index, name] of names.entries()) {
		const at = Date.now();
		say(`Building ${name} (${index + 1} of ${names.length}, once; about two minutes for all on two cores) …`);
		const still = setInterval(() => say(`  still building ${name} (${secondsSince(at)} s)`), STILL_BUILDING_MS);
		try {
			await goBuild(join(bin, name), tools[name]);
		} finally {
			clearInterval(still);
		}
		stamps[name] = wanted;
		writeFileSync(stampFile, `${JSON.stringify(stamps, null, '\t')}\n`);
		say(`  done in ${secondsSince(at)} s`);
	}
	return { built: names, seconds: secondsSince(started) };
}

/** `-mod=readonly`: a module whose hash is not in go.sum stops the build instead of being added to it. */
async function goBuild(output, target) {
	const args = ['build', '-mod=readonly', '-trimpath', '-ldflags=-s -w', '-o', output, target];
	const { code, tail } = await run('go', args).catch((cause) => {
		throw new Error(cause.code === 'ENOENT' ? `Go was not found. ${whichGo()}` : cause.message, { cause });
	});
	if (code === 0) return;
	const isOld = /requires go >=|go: unknown directive|invalid go version/.test(tail);
	throw new Error(`go ${args.join(' ')} failed (exit ${code}):\n${tail}${isOld ? `\n${whichGo()}` : ''}`);
}

function run(command, args) {
	return new Promise((resolve, reject) => {
		// CGO would bind the binaries to the C library of this machine and need a compiler.
		const env = { ...process.env, CGO_ENABLED: '0' };
		const child = spawn(command, args, { cwd: source, env, stdio: ['ignore', 'ignore', 'pipe'] });
		let text = '';
		child.stderr.on('data', (chunk) => {
			text = (text + chunk).slice(-6000);
		});
		child.on('error', reject);
		// The compilers it starts inherit the priority: whoever uses this machine meanwhile comes first.
		child.on('spawn', () => setPriority(child.pid, constants.priority.PRIORITY_LOW));
		child.on('close', (code) => resolve({ code, tail: text.trim().split('\n').slice(-20).join('\n') }));
	});
}

function whichGo() {
	const wanted = /^go (\S+)$/m.exec(readFileSync(join(source, 'go.mod'), 'utf8'))?.[1];
	return `Go ${wanted} or newer is needed: https://go.dev/dl (Debian 12 has 1.19, which is too old).`;
}

function hashOfSources() {
	const hash = createHash('sha256').update(`${process.platform} ${process.arch}`);
	for (const file of ['go.mod', 'go.sum', 'distribution/main.go']) hash.update(readFileSync(join(source, file)));
	return hash.digest('hex');
}

function readStamps() {
	try {
		return JSON.parse(readFileSync(stampFile, 'utf8'));
	} catch {
		return {};
	}
}

function secondsSince(time) {
	return Math.round((Date.now() - time) / 1000);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	try {
		const { built, seconds } = await ensureContractTools();
		if (built.length > 0) console.log(`Contract tools built in ${seconds} s: ${built.join(', ')}`);
	} catch (error) {
		console.error(error instanceof Error ? error.message : String(error));
		// Without them the tests that need them say so and are skipped; in CI that would be a green lie.
		if (process.env.CI === 'true') process.exitCode = 1;
		else console.error('The contract tests that need these tools will be skipped.');
	}
}
