import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { byHand, detailOf, environmentOf, installed, perform } from '../support/changes';
import { environmentsOf } from '../support/cluster-view';
import { oddPack } from '../support/odd-pack';
import { NAMESPACE, requestInstall, requestRetry } from '../support/orders';
import { type Portal, startPortal } from '../support/portal';

/** Somebody deleted the configuration of what runs by hand: no pod starts until it is written again. */

const answers = { plain: { ODD_LEVEL: 'very' }, secrets: { ODD_TOKEN: 'token-planted' } };
let portal: Portal;

beforeAll(async () => {
	portal = await startPortal();
	portal.sandbox.registries.publish(
		oddPack('frail', [{ version: '1.0.0' }, { version: '1.1.0', imageTag: 'does-not-exist' }]),
	);
	await portal.runtime.catalog.syncAll();
});
afterAll(() => portal.close());

describe('a ConfigMap that was deleted by hand, its Secret still there', () => {
	test('is named as what keeps pods from starting, and re-applying the configuration heals it as the text says', async () => {
		const id = await installed(portal, { slug: 'frail', version: '1.0.0', release: 'one', answers });
		await loseConfiguration('one', 1);
		const { install } = await detailOf(portal, id);
		const ended = await perform(portal, id, { kind: 'configure', version: '1.0.0' });

		expect(install.status).toMatchObject({
			state: 'degraded',
			reason: expect.stringMatching(/one-env-r1, which does not exist\. Re-apply the configuration/),
		});
		expect(ended).toMatchObject({ state: 'succeeded', kind: 'configure' });
		expect(await environmentOf(portal, id)).toMatchObject({ ...answers.plain, ...answers.secrets });
		expect((await detailOf(portal, id)).install.status.state).toBe('running');
	});

	test('of an attempt that failed is written again by its retry, although the secrets cannot be entered again', async () => {
		const asked = await requestInstall(portal, { slug: 'frail', version: '1.1.0', release: 'two', answers });
		const failed = await portal.finished(asked.id);
		await byHand(portal, 'DELETE', configMap('two', 1));
		const retried = await portal.finished((await requestRetry(portal, failed.installId)).id);

		// The image is still bad, so it fails again; but of that, and with its whole environment.
		expect(retried.failure).toMatchObject({ blocker: { reason: 'ImagePullBackOff' } });
		expect(retried.steps.find(({ name }) => name === 'environment')).toMatchObject({
			state: 'done',
			detail: 'The ConfigMap was gone and is written again',
		});
		expect(environmentsOf(portal.sandbox, 'two')).toEqual(['ConfigMap two-env-r1', 'Secret two-env-r1']);
	});

	test('is written again when a failed upgrade is returned from', async () => {
		const id = await installed(portal, { slug: 'frail', version: '1.0.0', release: 'three', answers });
		await byHand(portal, 'DELETE', configMap('three', 1));
		const ended = await perform(portal, id, { version: '1.1.0' });
		await restartPods('three');

		expect(ended).toMatchObject({ state: 'failed', returned: { version: '1.0.0', ok: true } });
		expect(environmentsOf(portal.sandbox, 'three')).toContain('ConfigMap three-env-r1');
		expect((await detailOf(portal, id)).install.status.label).toBe('Upgrade failed (still running 1.0.0)');
	});
});

describe('a Secret that was deleted by hand', () => {
	test('is not made up: the retry asks for what only the admin knows', async () => {
		const asked = await requestInstall(portal, { slug: 'frail', version: '1.1.0', release: 'four', answers });
		const failed = await portal.finished(asked.id);
		await byHand(portal, 'DELETE', `/api/v1/namespaces/${NAMESPACE}/secrets/four-env-r1`);
		const retried = await portal.finished((await requestRetry(portal, failed.installId)).id);

		expect(retried.failure).toMatchObject({ code: 'invalid_answers', step: 'environment' });
		expect(retried.failure?.message).toContain('ODD_TOKEN');
	});
});

/** As an admin with kubectl would; the pods are replaced, as on any drained node. */
async function loseConfiguration(release: string, revision: number): Promise<void> {
	await byHand(portal, 'DELETE', configMap(release, revision));
	await restartPods(release);
}

function configMap(release: string, revision: number): string {
	return `/api/v1/namespaces/${NAMESPACE}/configmaps/${release}-env-r${revision}`;
}

/** `kubectl delete pod`, until the cluster has said how the new one fares. */
async function restartPods(release: string): Promise<void> {
	const { store } = portal.sandbox.cluster;
	const mine = () => store.list('v1', 'Pod', NAMESPACE).filter(({ metadata }) => metadata.name.startsWith(release));
	const before = new Set(mine().map(({ metadata }) => metadata.uid));
	for (const { metadata } of mine())
		await byHand(portal, 'DELETE', `/api/v1/namespaces/${NAMESPACE}/pods/${metadata.name}`);
	await vi.waitFor(() => {
		const statuses = mine().flatMap(({ metadata, status }) => (before.has(metadata.uid) ? [null] : [status]));
		expect(statuses.length).toBeGreaterThan(0);
		for (const status of statuses) expect(JSON.stringify(status)).toMatch(/CreateContainerConfigError|"ready":true/);
	});
}
