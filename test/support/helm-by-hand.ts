import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensureHelm } from '@/scripts/fetch-helm.mjs';
import { NAMESPACE } from './orders';
import type { Portal } from './portal';

/** Helm past everybody, as a person with a kubeconfig would run it. */
export async function helmByHand(portal: Portal, args: readonly string[]): Promise<void> {
	const { path } = await ensureHelm({ helmBin: process.env.HELM_BIN });
	const kubeconfig = join(portal.dataDir, 'by-hand.kubeconfig');
	await writeFile(kubeconfig, portal.sandbox.cluster.kubeconfig(NAMESPACE), { mode: 0o600 });
	await promisify(execFile)(path, [...args, '--namespace', NAMESPACE, '--kubeconfig', kubeconfig]);
}
