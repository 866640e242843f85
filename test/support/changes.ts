import { randomUUID } from 'node:crypto';
import { Agent, request } from 'undici';
import { InstallDetail, type RequestOperation } from '@/lib/contracts/installs';
import { Operation } from '@/lib/contracts/operations';
import { Plan } from '@/lib/contracts/plans';
import { Problem } from '@/lib/contracts/problem';
import { listAt, textAt } from '@/lib/core';
import { type Answers, NAMESPACE, requestInstall } from './orders';
import type { Portal } from './portal';

/** Changes of an install as the upgrade page makes them: plan, look, decide, plan again, order exactly that. */

type DeliveryOrder = Extract<RequestOperation, { kind: 'upgrade' | 'configure' }>;
export type Change = Partial<Pick<DeliveryOrder, 'renames' | 'separate' | 'discard' | 'takeOver' | 'adopt'>> & {
	kind?: 'upgrade' | 'configure';
	version: string;
	plain?: Record<string, string>;
	secrets?: Record<string, string>;
};

export async function planChange(portal: Portal, installId: string, change: Change): Promise<Plan> {
	return portal.ask(Plan, 'POST', '/api/plans', {
		kind: change.kind ?? 'upgrade',
		installId,
		version: change.version,
		plain: change.plain ?? {},
		secretKeys: Object.keys(change.secrets ?? {}),
		renames: change.renames ?? {},
		separate: change.separate ?? [],
		discard: change.discard ?? [],
		...(change.adopt === undefined ? {} : { adopt: change.adopt }),
	});
}

/** Everything the plan wants acknowledged, typed where it wants that. */
export function allOf(plan: Plan): string[] {
	return plan.acknowledgements.map(({ id, typed }) => (typed === null ? id : `${id}=${typed}`));
}

/** The order of a change as it goes over the wire. `acknowledged` left out: everything the plan asks for. */
export function changeOrder(plan: Plan, change: Change, acknowledged = allOf(plan)): DeliveryOrder {
	return {
		kind: change.kind ?? 'upgrade',
		requestId: randomUUID(),
		version: change.version,
		answers: { plain: change.plain ?? {}, secrets: change.secrets ?? {} },
		planHash: plan.hash,
		acknowledged,
		renames: change.renames ?? {},
		separate: change.separate ?? [],
		discard: change.discard ?? [],
		...(change.adopt === undefined ? {} : { adopt: change.adopt }),
		takeOver: change.takeOver ?? false,
		reason: null,
	};
}

/** Plan, approve, order, wait. */
export async function perform(portal: Portal, installId: string, change: Change): Promise<Operation> {
	const plan = await planChange(portal, installId, change);
	const operation = await order(portal, installId, changeOrder(plan, change));
	return portal.finished(operation.id);
}

export async function rollBack(portal: Portal, installId: string, revision: number): Promise<Operation> {
	const plan = await portal.ask(Plan, 'POST', '/api/plans', { kind: 'rollback', installId, revision });
	const { id } = await order(portal, installId, {
		kind: 'rollback',
		requestId: randomUUID(),
		revision,
		planHash: plan.hash,
		acknowledged: allOf(plan),
		reason: null,
	});
	return portal.finished(id);
}

export async function order(portal: Portal, installId: string, body: RequestOperation): Promise<Operation> {
	return portal.ask(Operation, 'POST', `/api/installs/${installId}/operations`, body);
}

/** The same, expecting a refusal. */
export async function refused(portal: Portal, installId: string, body: object): Promise<Problem & { status: number }> {
	const response = await portal.send('POST', `/api/installs/${installId}/operations`, body);
	const problem = Problem.parse(await response.json());
	return { ...problem, status: response.status };
}

export async function detailOf(portal: Portal, installId: string): Promise<InstallDetail> {
	return portal.ask(InstallDetail, 'GET', `/api/installs/${installId}`);
}

/** What the first pod of the install was really started with. */
export async function environmentOf(portal: Portal, installId: string): Promise<Record<string, string>> {
	const { live } = await detailOf(portal, installId);
	const pod = live?.pods.find(({ ready }) => ready)?.name ?? '';
	const environment = portal.sandbox.cluster.effectiveEnv(NAMESPACE, pod);
	if (environment === undefined) throw new Error(`pod ${pod} has not started`);
	return environment;
}

/** billing 1.0.0 with an answer that 1.3.0 will not accept any more ("30 dias"). */
export const BILLING: Answers = {
	plain: { BILLING_PORTAL_URL: 'https://pay.acme.test', INVOICE_DUE_DAYS: '30 dias', MAX_RETRIES: '5' },
	secrets: {
		PAYMENTS_API_KEY: 'sk-live-planted-4711',
		WEBHOOK_SIGNING_SECRET: 'whsec-planted-0815',
		FINANCE_CONTACT: 'finance-planted@acme.test',
	},
};

export async function installed(
	portal: Portal,
	wanted: { slug: string; version: string; release: string; answers?: Answers },
): Promise<string> {
	const operation = await requestInstall(portal, wanted);
	const ended = await portal.finished(operation.id);
	if (ended.state !== 'succeeded') throw new Error(`the install failed: ${ended.failure?.message}`);
	return ended.installId;
}

/** Write to the cluster past everybody, as a person with kubectl would. `path` without query. */
export async function byHand(
	portal: Portal,
	method: 'POST' | 'PATCH' | 'DELETE',
	path: string,
	body?: object,
): Promise<void> {
	const { cluster } = portal.sandbox;
	const config: unknown = JSON.parse(cluster.kubeconfig());
	const dispatcher = new Agent({ connect: { ca: cluster.caPem } });
	const response = await request(`${cluster.url}${path}?fieldManager=kubectl-edit`, {
		method,
		headers: {
			authorization: `Bearer ${textAt(listAt(config, 'users')[0], 'user', 'token')}`,
			'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
		},
		...(body === undefined ? {} : { body: JSON.stringify(body) }),
		dispatcher,
	});
	const text = await response.body.text();
	await dispatcher.close();
	if (response.statusCode >= 300) throw new Error(text);
}
