import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, Secret } from '@/lib/core';

/** Everything keyed in Packyard comes from one master secret, each purpose through its own HKDF label (RFC 5869). */
export type Keys = {
	/** Signs session cookies. */
	session: Secret;
	/** Keyed fingerprint of a value: equal values, equal text; says nothing about the value without the key. */
	fingerprint(secret: Secret): string;
	/** A token for the runner in the same process, when none is configured. */
	runnerToken: Secret;
	/** Encrypts what has to be read again (credentials of sources). */
	vault: Vault;
};

/** Encryption at rest: AES-256-GCM, a fresh nonce each time, bound to what it belongs to. */
export type Vault = {
	/** Name of the key that `seal` uses; stored beside the bytes. */
	readonly keyId: string;
	/** `place` is authenticated, not stored: bytes moved to another row do not open there. */
	seal(secret: Secret, place: string): Uint8Array<ArrayBuffer>;
	/** Null when the key is not known any more, or the bytes were damaged or belong to another place. */
	open(sealed: { bytes: Uint8Array; keyId: string }, place: string): Secret | null;
};

const MASTER_BYTES = 48;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Use the configured secret, else the one in the data folder, made at first start (mode 0600). What was encrypted with
 * a previous secret (or with the generated one, before a secret was configured) stays readable.
 */
export async function loadKeys(options: {
	secret: Secret | null;
	/** Earlier values of `secret`, newest first. */
	previous?: readonly Secret[];
	dataDir: string;
}): Promise<Keys> {
	const master = options.secret?.reveal() ?? (await masterOf(options.dataDir));
	const generated = options.secret === null ? [] : await generatedBefore(options.dataDir);
	const derive = (label: string) => Buffer.from(hkdfSync('sha256', master, 'packyard', label, 32));
	const fingerprintKey = derive('secret-fingerprint');
	return {
		vault: createVault(master, [...(options.previous ?? []).map((secret) => secret.reveal()), ...generated]),
		session: new Secret(derive('session').toString('base64url')),
		fingerprint: (secret) => createHmac('sha256', fingerprintKey).update(secret.reveal()).digest('hex').slice(0, 32),
		runnerToken: new Secret(randomBytes(32).toString('base64url')),
	};
}

function createVault(current: string, previous: readonly string[]): Vault {
	const keys = new Map([...previous.toReversed(), current].map((master) => [vaultKeyId(master), vaultKey(master)]));
	const keyId = vaultKeyId(current);
	return {
		keyId,
		seal(secret, place) {
			const nonce = randomBytes(NONCE_BYTES);
			const cipher = createCipheriv('aes-256-gcm', vaultKey(current), nonce).setAAD(Buffer.from(place));
			const text = Buffer.concat([cipher.update(secret.reveal(), 'utf8'), cipher.final()]);
			return new Uint8Array(Buffer.concat([nonce, cipher.getAuthTag(), text]));
		},
		open({ bytes, keyId: wanted }, place) {
			const key = keys.get(wanted);
			if (key === undefined || bytes.length < NONCE_BYTES + TAG_BYTES) return null;
			const nonce = bytes.subarray(0, NONCE_BYTES);
			const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
			decipher.setAAD(Buffer.from(place)).setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
			try {
				const text = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
				return new Secret(text.toString('utf8'));
			} catch {
				return null;
			}
		},
	};
}

function vaultKey(master: string): Buffer {
	return Buffer.from(hkdfSync('sha256', master, 'packyard', 'vault', 32));
}

/** Says which key it was without saying anything about it. */
function vaultKeyId(master: string): string {
	return Buffer.from(hkdfSync('sha256', master, 'packyard', 'vault-id', 8)).toString('hex');
}

async function generatedBefore(dataDir: string): Promise<string[]> {
	const text = await readFile(join(dataDir, 'secret.key'), 'utf8').catch(() => '');
	return text.trim() === '' ? [] : [text.trim()];
}

async function masterOf(dataDir: string): Promise<string> {
	const path = join(dataDir, 'secret.key');
	await mkdir(dataDir, { recursive: true, mode: 0o700 });
	try {
		// `wx`: of two processes that start at once, one makes it and the other reads it.
		const file = await open(path, 'wx', 0o600);
		const made = randomBytes(MASTER_BYTES).toString('base64url');
		await file.writeFile(made);
		await file.close();
		return made;
	} catch {
		const text = (await readFile(path, 'utf8')).trim();
		if (text.length < 32)
			throw new AppError('invalid_request', `${path} is damaged.`, {
				hint: 'Restore it from a backup, or delete it to sign everybody out and start with a new key.',
			});
		return text;
	}
}
