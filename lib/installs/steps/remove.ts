import { z } from 'zod';
import { AppError } from '@/lib/core';
import { follow } from './apply';
import type { Step, StepContext } from './context';

/** helm uninstall; what the admin chose decides about secrets and volumes. */
export const removeRelease: Step = async (context) => {
	const { namespace, release } = context.install;
	if (context.install.activeRevision === null && context.install.desiredRevision === null)
		return { state: 'skipped', detail: 'Nothing was installed' };
	const kept = await whatStays(context);
	for (const object of kept) context.say('info', `Stays: ${object}`);
	const request = {
		operationId: context.operation.id,
		namespace,
		release,
		timeoutSeconds: context.times.helmTimeoutSeconds,
		removeEnvironment: context.request.removeSecrets,
		removeVolumes: context.request.removeVolumes,
		skipHooks: context.request.skipHooks,
	};
	await follow(context, context.operation.id, (signal) => context.runner.uninstall(request, { signal }));
	const removed = context.request.skipHooks ? 'Release removed without its hooks' : 'Release removed';
	const detail =
		kept.length === 0 ? removed : `${removed}, ${kept.length === 1 ? '1 object stays' : `${kept.length} objects stay`}`;
	return { state: 'done', detail, result: { kept } };
};

const Remembered = z.object({ kept: z.array(z.string()) });

/** Names of what this removal leaves in the cluster. A repeated run finds the release gone, so the first look counts. */
export function keptBy(context: StepContext): string[] {
	return Remembered.safeParse(context.recall('remove')).data?.kept ?? [];
}

async function whatStays(context: StepContext): Promise<string[]> {
	if (Remembered.safeParse(context.recall('remove')).success) return keptBy(context);
	const { namespace, release } = context.install;
	const preview = await context.runner.removalPreview({ namespace, release }, { signal: context.signal });
	const kept = [
		...preview.kept.map(({ object }) => object),
		...(context.request.removeVolumes ? [] : preview.volumes.map((name) => `PersistentVolumeClaim ${name}`)),
		...(context.request.removeSecrets ? [] : preview.environments),
	];
	await context.remember('remove', { kept });
	return kept;
}

/** Nothing of the environment is left behind unless it was asked for. */
export const sweepEnvironment: Step = async (context) => {
	const { namespace, release } = context.install;
	if (!context.request.removeSecrets)
		return { state: 'skipped', detail: 'Configuration and secrets are kept, as chosen' };
	const swept = await context.runner.sweepEnvironments({ namespace, release, keepRevisions: [] });
	const status = await context.runner.status({ namespace, release });
	if (status.release !== null && status.release.status === 'deployed') {
		throw new AppError('conflict', 'Helm still lists the release as deployed.', {
			hint: 'Somebody installed it again at the same moment. Look at the release, then remove again.',
		});
	}
	return {
		state: 'done',
		detail: swept.deleted.length === 0 ? 'Nothing left behind' : `${swept.deleted.length} objects removed`,
	};
};
