import type { RunnerResult, UninstallRequest } from '@/lib/contracts/runner';
import { listEnvironments } from './environment';
import { holdSecrets, RELEASE_LABEL } from './environment-data';
import { recoverRelease } from './helm/recover';
import { failureFrom, failureOf, type RunnerDeps, runHelmJob } from './helm-job';
import { type JobContext, resultOf } from './jobs';
import type { KubeClient } from './kube/client';
import { collection } from './kube/discovery';
import { missingHelm } from './missing-helm';
import { isOutdated, outdated } from './outdated';
import { readRelease, volumesOf } from './release-objects';

/**
 * Remove a release, then what Helm does not know: its environments and, when asked, the claims of its StatefulSets.
 * Safe to repeat after a crash at any point; never throws.
 */
export async function uninstallRelease(
	deps: RunnerDeps,
	request: UninstallRequest,
	job: JobContext,
): Promise<RunnerResult> {
	try {
		if (deps.helmBin === null) throw missingHelm();
		await deps.ready;
		const { ended, busy } = await deps.runFiles.endOrphans(request);
		if (busy)
			return resultOf('busy', 'Another runner is working on this release.', { hint: 'Wait until it has ended.' });
		const { recovered: stuck, records } = await recoverRelease(deps.kube, request);
		if (isOutdated(records, request.fence)) return outdated();
		const recovered = [...ended, ...(stuck ? [stuck] : [])].join(' ') || null;
		if (recovered) job.line('warn', recovered);
		if (request.removeVolumes) await markVolumes(deps.kube, request);

		// Helm would need a second to find out that there is nothing.
		if (records.length === 0) job.line('info', 'Helm knows no such release; only what lies around it is removed.');
		const failure = records.length > 0 ? await removeByHelm(deps, deps.helmBin, request, job) : null;
		if (failure) return { ...failure, recovered: failure.recovered ?? recovered };
		await removeRest(deps.kube, request, job);
		return resultOf('ok', 'The release is removed.', { recovered });
	} catch (error) {
		return failureFrom(error);
	}
}

async function removeByHelm(
	deps: RunnerDeps,
	helmBin: string,
	request: UninstallRequest,
	job: JobContext,
): Promise<RunnerResult | null> {
	const { namespace, release, timeoutSeconds, operationId, skipHooks = false } = request;
	if (skipHooks) job.line('warn', 'No hook of the chart is run, as chosen.');
	const held = await holdSecrets(deps.kube, request);
	const outcome = await runHelmJob(deps, helmBin, {
		intent: () => ({ kind: 'uninstall', release, timeoutSeconds, skipHooks }),
		ref: { namespace, release },
		operationId,
		chart: null,
		values: {},
		injection: null,
		timeoutSeconds,
		signal: job.signal,
		onLine: job.line,
	}).finally(() => held.clear());
	if (outcome.exit.code === 0) return null;
	// Helm dies at once when told to stop here and leaves the record in `uninstalling` (facts: helm.md section 3.3).
	const { recovered } = await recoverRelease(deps.kube, request);
	return { ...failureOf(outcome, job.signal), recovered };
}

/**
 * Label the claims before the StatefulSets that name them are gone: a crash in between must not make them unfindable.
 */
async function markVolumes(kube: KubeClient, request: UninstallRequest): Promise<void> {
	const { objects } = await readRelease(kube, request);
	for (const claim of await volumesOf(kube, request.namespace, objects)) {
		const path = `${collection('persistentvolumeclaims', request.namespace)}/${claim.metadata.name}`;
		await kube.mergePatch(path, { metadata: { labels: { [RELEASE_LABEL]: request.release } } });
	}
}

async function removeRest(kube: KubeClient, request: UninstallRequest, job: JobContext): Promise<void> {
	if (request.removeEnvironment) {
		for (const { path, object } of await listEnvironments(kube, request)) {
			if (await kube.remove(path)) job.line('info', `Removed ${object.kind} ${object.metadata.name}.`);
		}
	}
	if (request.removeVolumes) {
		const path = collection('persistentvolumeclaims', request.namespace);
		for (const claim of await kube.list(path, { labels: `${RELEASE_LABEL}=${request.release}` })) {
			if (await kube.remove(`${path}/${claim.metadata.name}`))
				job.line('info', `Removed the volume claim ${claim.metadata.name}.`);
		}
	}
}
