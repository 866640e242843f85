import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { z } from 'zod';
import { AppError, messageOf, redact, Secret } from '@/lib/core';
import type { ExecPlugin, KubeConnection } from './connection';

const run = promisify(execFile);

/** What one request is signed with. */
export type KubeCredentials = { token: Secret | null; certificate: string | null; key: Secret | null };

const ExecCredential = z.looseObject({
	status: z.looseObject({
		token: z.string().optional(),
		clientCertificateData: z.string().optional(),
		clientKeyData: z.string().optional(),
		expirationTimestamp: z.string().optional(),
	}),
});

const TOKEN_FILE_MS = 60_000;
const PLUGIN_MS = 60_000;
/** Renew this long before a token ends, so that it does not end on its way. */
const MARGIN_MS = 60_000;

/**
 * Credentials of a connection, cached until they end. `refresh` drops the cache: call it once after a 401.
 * Throws `upstream_forbidden` when a credential plugin fails.
 */
export function createCredentials(connection: KubeConnection, now: () => number = Date.now) {
	let cached: { value: KubeCredentials; until: number } | null = null;

	async function current({ refresh = false } = {}): Promise<KubeCredentials> {
		if (cached && !refresh && now() < cached.until) return cached.value;
		cached = await load(connection, now());
		return cached.value;
	}
	return { current, renewable: connection.exec !== null || connection.tokenFile !== null };
}

async function load(connection: KubeConnection, now: number) {
	const fixed = { token: connection.token, certificate: connection.clientCertificate, key: connection.clientKey };
	if (connection.exec) return runPlugin(connection.exec, connection, fixed, now);
	if (connection.tokenFile) {
		try {
			const token = new Secret((await readFile(connection.tokenFile, 'utf8')).trim());
			return { value: { ...fixed, token }, until: now + TOKEN_FILE_MS };
		} catch (cause) {
			throw new AppError('upstream_forbidden', `The token file of the cluster cannot be read: ${messageOf(cause)}`, {
				cause,
			});
		}
	}
	return { value: fixed, until: Number.POSITIVE_INFINITY };
}

async function runPlugin(plugin: ExecPlugin, connection: KubeConnection, fixed: KubeCredentials, now: number) {
	const info = {
		apiVersion: plugin.apiVersion,
		kind: 'ExecCredential',
		spec: {
			interactive: false,
			...(plugin.provideClusterInfo && {
				cluster: {
					server: connection.server,
					'certificate-authority-data': connection.ca ? Buffer.from(connection.ca).toString('base64') : undefined,
				},
			}),
		},
	};
	try {
		const { stdout } = await run(plugin.command, plugin.args, {
			env: { NODE_ENV: 'production', ...plugin.env, KUBERNETES_EXEC_INFO: JSON.stringify(info) },
			timeout: PLUGIN_MS,
			maxBuffer: 1_000_000,
		});
		const { status } = ExecCredential.parse(JSON.parse(stdout));
		const ends = status.expirationTimestamp ? Date.parse(status.expirationTimestamp) - MARGIN_MS : Number.NaN;
		const value = {
			token: status.token ? new Secret(status.token) : fixed.token,
			certificate: status.clientCertificateData ?? fixed.certificate,
			key: status.clientKeyData ? new Secret(status.clientKeyData) : fixed.key,
		};
		return { value, until: Number.isNaN(ends) ? Number.POSITIVE_INFINITY : Math.max(ends, now) };
	} catch (cause) {
		// No `cause`: an execFile error carries stdout, which may hold a token.
		throw new AppError('upstream_forbidden', `The credential plugin ${plugin.command} failed: ${firstLine(cause)}`, {
			hint: 'Run the command by hand with the environment of the runner; log in again if it asks you to.',
		});
	}
}

function firstLine(cause: unknown): string {
	return redact(messageOf(cause)).split('\n')[0]?.slice(0, 300) ?? '';
}
