import { AppError } from '@/lib/core';
import { sha256 } from '@/lib/digest';
import { resolveEnvironment } from '@/lib/manifest';
import { secretKeysOf } from '../environment';
import { listInstanceValues, recordObservation, type StoredRevision } from '../store';
import { applyRevision, assertNotChangedOutside, environmentNames } from './apply';
import { revisionOf, type Step, type StepContext } from './context';

const SETTLE_MS = 30_000;
const POLL_MS = 500;

/** Have the chart and every frontend of the revision in our own store, by digest. */
export const fetchArtifacts: Step = async (context) => {
	const revision = revisionOf(context);
	let bytes = 0;
	if (revision.chart !== null) {
		context.say('info', `Chart ${revision.chart.reference} ${revision.chart.tag}`);
		bytes += (
			await context.catalog.chartArchive(revision.chart, { sourceId: context.install.sourceId, signal: context.signal })
		).byteLength;
	}
	for (const frontend of revision.frontends) {
		context.say('info', `Frontend ${frontend.package}@${frontend.version}`);
		bytes += (
			await context.catalog.frontendArchive(frontend, { sourceId: context.install.sourceId, signal: context.signal })
		).byteLength;
	}
	const parts = [
		revision.chart === null ? null : '1 chart',
		revision.frontends.length === 0
			? null
			: `${revision.frontends.length} frontend${revision.frontends.length === 1 ? '' : 's'}`,
	];
	return {
		state: 'done',
		detail: `${parts.filter((part) => part !== null).join(' and ')}, ${Math.max(1, Math.round(bytes / 1024))} KB`,
	};
};

/** What will be installed is what was reviewed: digests over the stored bytes, computed again. */
export const verifyArtifacts: Step = async (context) => {
	const revision = revisionOf(context);
	if (revision.chart !== null) {
		const actual = sha256(
			await context.catalog.chartArchive(revision.chart, {
				sourceId: context.install.sourceId,
				signal: context.signal,
			}),
		);
		if (actual !== revision.chart.archiveDigest) {
			throw new AppError('integrity_mismatch', 'The stored chart is not the chart that was reviewed.', {
				hint: 'Do not install it. Sync the source and plan again; if it happens again, tell the publisher.',
				details: { expected: revision.chart.archiveDigest, actual },
			});
		}
		context.say('info', `Chart digest ${actual}`);
	}
	for (const frontend of revision.frontends) {
		await context.catalog.frontendArchive(frontend, { sourceId: context.install.sourceId, signal: context.signal });
		context.say('info', `Integrity of ${frontend.package} ${frontend.integrity ?? 'by shasum'}`);
	}
	return { state: 'done', detail: 'Every digest matches what was reviewed' };
};

/** The ConfigMap and Secret of this revision exist with every key. Values the request delivered cannot be made up here. */
export const ensureEnvironment: Step = async (context) => {
	const revision = revisionOf(context);
	const { namespace, release } = context.install;
	const wanted = secretKeysOf(revision);
	const state = await environmentOf(context, revision);
	if (state.complete) {
		return { state: 'done', detail: environmentDetail(Object.keys(revision.config).length, wanted.length) };
	}
	if (state.healable) {
		await writeConfiguration(context, revision, state.secretKeys);
		return { state: 'done', detail: 'The ConfigMap was gone and is written again' };
	}
	const lost = context.request.given.filter((key) => !state.secretKeys.includes(key));
	if (lost.length > 0) {
		throw new AppError('invalid_answers', `The secrets ${lost.join(', ')} never reached the cluster.`, {
			hint: 'They are stored nowhere else, so they must be entered again: choose Edit and retry.',
			invalidParams: lost.map((name) => ({ name, reason: 'Enter this secret again.' })),
		});
	}
	await context.runner.ensureEnvironment({
		operationId: revision.operationId,
		namespace,
		release,
		revision: revision.number,
		config: plainValues(revision.config),
		secrets: await publishedSecrets(context, revision),
		keep: context.request.keep,
	});
	return { state: 'done', detail: environmentDetail(Object.keys(revision.config).length, wanted.length) };
};

/**
 * Before a revision that ran is applied again: its ConfigMap may have been deleted by hand meanwhile, and no pod of it
 * would start. What else is missing shows when it is applied.
 */
export async function healConfiguration(context: StepContext, revision: StoredRevision): Promise<void> {
	const state = await environmentOf(context, revision);
	if (state.complete || !state.healable) return;
	context.say('warn', `The ConfigMap of revision ${revision.number} was gone and is written again.`);
	await writeConfiguration(context, revision, state.secretKeys);
}

/** `healable`: every secret is there, so that what is missing can be written from what is known. */
async function environmentOf(context: StepContext, revision: StoredRevision) {
	const { namespace, release } = context.install;
	const { present, secretKeys } = await context.runner.checkEnvironment({
		namespace,
		release,
		revision: revision.number,
	});
	const hasAll = secretKeysOf(revision).every((key) => secretKeys.includes(key));
	return { complete: present && hasAll, healable: !present && hasAll && secretKeys.length > 0, secretKeys };
}

/** The ConfigMap alone. Its Secret is immutable and stays: the runner finds in it exactly what it is told to keep. */
async function writeConfiguration(
	context: StepContext,
	revision: StoredRevision,
	secretKeys: readonly string[],
): Promise<void> {
	const { namespace, release } = context.install;
	const { secretName } = environmentNames(release, revision.number);
	await context.runner.ensureEnvironment({
		operationId: revision.operationId,
		namespace,
		release,
		revision: revision.number,
		config: plainValues(revision.config),
		secrets: {},
		keep: secretKeys.map((key) => ({ key, fromSecret: secretName, fromKey: key })),
	});
}

/** Secret keys nobody answered have a published value, which can be found out again. */
async function publishedSecrets(context: StepContext, revision: StoredRevision): Promise<Record<string, string>> {
	const { secretFallbacks } = resolveEnvironment({
		contract: revision.manifest.contract,
		answers: revision.answers,
		instanceValues: await listInstanceValues(context.db.client),
		staticEnv: revision.manifest.backend?.env ?? {},
	});
	return Object.fromEntries(Object.entries(secretFallbacks).filter(([key]) => !Object.hasOwn(revision.secrets, key)));
}

/** Helm applies the reviewed chart with the environment injected. */
export const apply: Step = async (context) => {
	await assertNotChangedOutside(context);
	const { id: operationId, kind } = context.operation;
	const goesBack = kind === 'rollback';
	const result = await applyRevision(context, { revision: revisionOf(context), operationId, goesBack });
	return {
		state: 'done',
		detail: result.reused ? 'Already applied by an earlier attempt' : `Helm revision ${result.helmRevision ?? '?'}`,
		result: { helmRevision: result.helmRevision },
	};
};

/** Helm has waited; look ourselves, name what is not ready, and keep the picture. */
export const rollout: Step = async (context) => {
	const { namespace, release, id } = context.install;
	const until = Date.now() + SETTLE_MS;
	for (;;) {
		const status = await context.runner.status({ namespace, release });
		await recordObservation(context.db.client, id, status);
		if (status.healthy) {
			await context.block(null);
			const ready = status.workloads.map(
				(workload) => `${workload.kind} ${workload.name} ${workload.ready}/${workload.wanted}`,
			);
			return { state: 'done', detail: ready.join(', ') || 'Nothing to wait for' };
		}
		await context.block(status.blocker);
		context.signal.throwIfAborted();
		if (Date.now() > until) {
			throw new AppError('timeout', status.blocker?.sentence ?? 'The release did not become ready.', {
				details: { blocker: status.blocker },
			});
		}
		await new Promise((resolve) => setTimeout(resolve, POLL_MS));
	}
};

/** The frontends are in the store and hold a bundle the shell can load. */
export const publishFrontends: Step = async (context) => {
	const revision = revisionOf(context);
	const without: string[] = [];
	for (const frontend of revision.frontends) {
		const bundle = await context.catalog.frontendBundle(frontend, {
			sourceId: context.install.sourceId,
			manifest: revision.manifest,
			signal: context.signal,
		});
		if (bundle === null) without.push(frontend.package);
		else context.say('info', `${frontend.package}: ${bundle.path}, ${Math.round(bundle.size / 1024)} KB`);
	}
	if (without.length > 0) {
		context.say('warn', `No single-file bundle found in ${without.join(', ')}: the shell cannot load it.`);
		return { state: 'done', detail: `No loadable bundle in ${without.join(', ')}` };
	}
	return { state: 'done', detail: `${revision.frontends.length} ready for the shell` };
};

/** Search every place outside the Secret for its values. A leak is shown in red; it does not undo what runs. */
export const leakScan: Step = async (context) => {
	const revision = revisionOf(context);
	const { namespace, release } = context.install;
	const scan = await context.runner.leakScan({ namespace, release, revision: revision.number });
	const places = scan.scanned.reduce((sum, part) => sum + part.count, 0);
	if (scan.leaks.length > 0) {
		for (const leak of scan.leaks) context.say('error', `The value of ${leak.key} was found in ${leak.place}`);
		return {
			state: 'failed',
			detail: `${scan.leaks.length} leaked: ${scan.leaks.map((leak) => `${leak.key} in ${leak.place}`).join(', ')}`,
			result: { leaks: scan.leaks },
		};
	}
	const detail =
		scan.secrets === 0
			? `No secrets to look for in ${places} places`
			: `0 of ${scan.secrets} secrets found in ${places} places outside the Secret`;
	return { state: 'done', detail, result: { leaks: [] } };
};

export function plainValues(config: Record<string, { value: string }>): Record<string, string> {
	return Object.fromEntries(Object.entries(config).map(([key, entry]) => [key, entry.value]));
}

function environmentDetail(plain: number, secrets: number): string {
	return `${plain} plain value${plain === 1 ? '' : 's'} in a ConfigMap, ${secrets} secret${secrets === 1 ? '' : 's'} in a Secret`;
}
