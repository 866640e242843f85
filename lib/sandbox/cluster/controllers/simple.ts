import { objectsAt } from '../json';
import type { KubeObject } from '../object';
import type { World } from '../world';
import { editObject } from '../writes';
import { conditionsOf, withCondition, writeStatus } from './workload';

const BIND_MS = 20;
const ADDRESS_MS = 50;

/** Every claim is bound to a volume of its own. */
export function reconcileClaim({ store, after }: World, claim: KubeObject): void {
	if (claim.status?.phase === 'Bound') return;
	const { namespace, name, uid } = claim.metadata;
	after(BIND_MS, () => {
		editObject(store, { kind: store.kindOf(claim), namespace, name }, (current) => {
			const { spec } = current;
			const resources = spec?.resources;
			const capacity =
				typeof resources === 'object' && resources && 'requests' in resources ? resources.requests : undefined;
			current.spec = { ...spec, volumeName: spec?.volumeName ?? `pvc-${uid}` };
			current.status = { phase: 'Bound', accessModes: spec?.accessModes, capacity };
		});
	});
}

/** Ingresses and LoadBalancer services get an address. */
export function reconcileAddress(world: World, object: KubeObject): void {
	const needsAddress = object.kind === 'Ingress' || object.spec?.type === 'LoadBalancer';
	if (!needsAddress || objectsAt(object.status, 'loadBalancer', 'ingress').length > 0) return;
	world.after(ADDRESS_MS, () => writeStatus(world, object, { loadBalancer: { ingress: [{ ip: '127.0.0.1' }] } }));
}

/** Helm waits for a budget's `desiredHealthy`; the numbers themselves mean nothing here. */
export function reconcileBudget(world: World, budget: KubeObject): void {
	const conditions = withCondition(conditionsOf(budget), {
		type: 'DisruptionAllowed',
		status: true,
		reason: 'SufficientPods',
		message: '',
	});
	const counts = { disruptionsAllowed: 1, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1 };
	writeStatus(world, budget, { observedGeneration: budget.metadata.generation, ...counts, conditions });
}
