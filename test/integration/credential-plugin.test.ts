import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { isRecord, listAt, textAt } from '@/lib/core';
import { requestInstall } from '../support/orders';
import { type Portal, startPortal } from '../support/portal';

/** A kubeconfig as the big clouds hand them out: no token in it, but a command that prints one. */

let folder: string;
let portal: Portal;

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'packyard-plugin-'));
	portal = await startPortal({
		settings: async ({ cluster }) => {
			const config: unknown = parse(cluster.kubeconfig());
			const user = listAt(config, 'users')[0];
			const token = textAt(user, 'user', 'token') ?? '';
			// As `aws eks get-token` does, it finds its profile in the environment and is lost without a home directory.
			const command = join(folder, 'get-token');
			const credential = JSON.stringify({
				apiVersion: 'client.authentication.k8s.io/v1',
				kind: 'ExecCredential',
				status: { token },
			});
			await writeFile(
				command,
				`#!/bin/sh\n[ "$AWS_PROFILE" = acme ] || { echo no profile >&2; exit 1; }\n[ -n "$HOME" ] || exit 1\nenv >> ${folder}/seen\necho '${credential}'\n`,
			);
			await chmod(command, 0o700);
			const exec = { apiVersion: 'client.authentication.k8s.io/v1', command, interactiveMode: 'Never' };
			const path = join(folder, 'kubeconfig');
			const users = [{ ...(isRecord(user) ? user : {}), user: { exec } }];
			await writeFile(path, JSON.stringify({ ...(isRecord(config) ? config : {}), users }), { mode: 0o600 });
			return {
				PACKYARD_KUBECONFIG: path,
				AWS_PROFILE: 'acme',
				HOME: folder,
				PACKYARD_SECRET: 'planted-0123456789-0123456789-0123456789',
			};
		},
	});
});
afterAll(async () => {
	await portal?.close();
	await rm(folder, { recursive: true, force: true });
});

test('the runner and its Helm both get in by the command, with the variables it needs and none of ours', async () => {
	const { id } = await requestInstall(portal, { slug: 'terminal', release: 'terminal' });

	expect(await portal.finished(id)).toMatchObject({ state: 'succeeded', failure: null });
	const seen = await readFile(join(folder, 'seen'), 'utf8');
	expect(seen).toContain('AWS_PROFILE=acme');
	expect(seen).not.toContain('planted');
	expect(seen).not.toMatch(/^(PACKYARD_SECRET|DATABASE_URL)/m);
});
