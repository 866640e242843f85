import { randomUUID } from 'node:crypto';
import { InstallDetail, type RequestInstall } from '@/lib/contracts/installs';
import { Operation } from '@/lib/contracts/operations';
import { PackDetail } from '@/lib/contracts/packs';
import { Plan } from '@/lib/contracts/plans';
import type { Portal } from './portal';

export const NAMESPACE = 'khal-acme';
/** Whoever can be asked over HTTP as the owner: a portal in this process or in another. */
export type Door = Pick<Portal, 'send' | 'ask'>;
export type Answers = { plain: Record<string, string>; secrets: Record<string, string> };
export type Order = { slug: string; version?: string; release: string; answers?: Answers };

const NOTHING: Answers = { plain: {}, secrets: {} };
const NO_PLAN = `sha256:${'0'.repeat(64)}`;

/** The body of POST /api/installs as the form makes it: with the plan for exactly these answers, all acknowledged. */
export async function requestFor(portal: Door, order: Order): Promise<RequestInstall> {
	const { pack } = await portal.ask(PackDetail, 'GET', `/api/packs/${order.slug}`);
	const answers = order.answers ?? NOTHING;
	const version = order.version ?? pack.latestVersion ?? '';
	const target = { packId: pack.id, version, namespace: NAMESPACE, release: order.release };
	const wanted = { kind: 'install', ...target, plain: answers.plain, secretKeys: Object.keys(answers.secrets) };
	return { requestId: randomUUID(), ...target, answers, ...(await approval(portal, wanted)), reason: null };
}

export async function requestInstall(portal: Door, order: Order): Promise<Operation> {
	return portal.ask(Operation, 'POST', '/api/installs', await requestFor(portal, order));
}

/** Another version or other answers for what is there; secrets that are not given are kept. */
export async function requestChange(
	portal: Door,
	installId: string,
	change: { version: string; answers?: Answers },
): Promise<Operation> {
	const answers = change.answers ?? NOTHING;
	const same = { kind: 'upgrade', version: change.version, renames: {}, discard: [] };
	const wanted = { ...same, installId, plain: answers.plain, secretKeys: Object.keys(answers.secrets) };
	return portal.ask(Operation, 'POST', `/api/installs/${installId}/operations`, {
		...same,
		requestId: randomUUID(),
		answers,
		...(await approval(portal, wanted)),
		takeOver: false,
		reason: null,
	});
}

export async function requestRetry(portal: Door, installId: string): Promise<Operation> {
	const body = { kind: 'retry', requestId: randomUUID(), reason: null };
	return portal.ask(Operation, 'POST', `/api/installs/${installId}/operations`, body);
}

export async function requestRemoval(
	portal: Door,
	installId: string,
	choice: { removeSecrets: boolean },
): Promise<Operation> {
	const { install } = await portal.ask(InstallDetail, 'GET', `/api/installs/${installId}`);
	const plan = await portal.ask(Plan, 'POST', '/api/plans', { kind: 'uninstall', installId });
	return portal.ask(Operation, 'POST', `/api/installs/${installId}/operations`, {
		kind: 'uninstall',
		requestId: randomUUID(),
		planHash: plan.hash,
		...choice,
		removeVolumes: true,
		confirm: install.release,
		reason: null,
	});
}

/** A plan that cannot be made is approved all the same: the refusal of the order itself is what is looked at then. */
async function approval(portal: Door, wanted: object): Promise<{ planHash: string; acknowledged: string[] }> {
	const response = await portal.send('POST', '/api/plans', wanted);
	const plan = Plan.safeParse(await response.json());
	return {
		planHash: plan.data?.hash ?? NO_PLAN,
		acknowledged: plan.data?.acknowledgements.map((item) => item.id) ?? [],
	};
}
