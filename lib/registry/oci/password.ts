import { type Clock, Secret } from '@/lib/core';
import type { HttpResponse } from '../http/client';
import { vendorOf } from './vendors';

/** For registries the name goes with the secret; GHCR takes any name with a token. */
export type RegistryCredential = { username: string; secret: Secret };

/** A credential that goes to a registry as it is (Basic), and whether the registry took it. */
export type Password = {
	/** The header to send; null while a refusal is recent. */
	header(): Secret | null;
	/** What an answer to that header says about it: true when it was refused. */
	isRefusedBy(response: HttpResponse): boolean;
	/** Status of a recent refusal. */
	refusal(): number | null;
};

/** Directories lock accounts after a few wrong passwords, so a refused one is not sent again for a while. */
const PAUSE_MS = 60_000;

export function createPassword(credential: RegistryCredential, host: string, now: Clock): Password {
	const vendor = vendorOf(host);
	let refused: { status: number; until: number } | null = null;
	const refusal = () => (refused !== null && refused.until > now().getTime() ? refused.status : null);
	return {
		header: () => (refusal() === null ? basicHeader(credential) : null),
		refusal,
		isRefusedBy({ status, bytes }) {
			// A 403 is about what may be read, except where the registry says that it is about the password.
			const isRefused = status === 401 || (status === 403 && vendor?.stale?.test(new TextDecoder().decode(bytes)));
			refused = isRefused ? { status, until: now().getTime() + PAUSE_MS } : null;
			return isRefused === true;
		},
	};
}

/**
 * Name and password in one piece of base64, per password: kept as long as the password is, so that a server that repeats
 * it in an error or warning is redacted like one that repeats the password.
 */
const payloads = new WeakMap<Secret, Map<string, Secret>>();

export function basicHeader({ username, secret }: RegistryCredential): Secret {
	const byName = payloads.get(secret) ?? new Map<string, Secret>();
	payloads.set(secret, byName);
	const known = byName.get(username);
	const payload = known ?? new Secret(Buffer.from(`${username}:${secret.reveal()}`).toString('base64'));
	byName.set(username, payload);
	return new Secret(`Basic ${payload.reveal()}`);
}
