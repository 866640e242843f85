import { type KubeObject, nameSuffix, timestamp } from './object';
import type { ObjectStore } from './store';
import { createObject, editObject } from './writes';

export type EventText = { type: 'Normal' | 'Warning'; reason: string; message: string; component?: string };

/** The real cluster forgets events after an hour; here the oldest go first. */
const EVENTS_KEPT = 1000;

/** Record that something happened to `object`; the same text again only raises the count. */
export function recordEvent(
	store: ObjectStore,
	object: KubeObject,
	{ type, reason, message, component = 'kubelet' }: EventText,
): void {
	const kind = store.kinds.get('v1', 'Event');
	const { name, uid, namespace = 'default' } = object.metadata;
	const now = timestamp();
	const known = store
		.list(kind, namespace, (event) => event.reason === reason && event.message === message)
		.find((event) => involvedUid(event) === uid);
	if (known) {
		editObject(store, { kind, namespace, name: known.metadata.name }, (event) => {
			event.count = Number(event.count) + 1;
			event.lastTimestamp = now;
		});
		return;
	}
	const home = store.peek(store.kinds.get('v1', 'Namespace'), undefined, namespace);
	if (!home || home.metadata.deletionTimestamp) return;
	const involvedObject = { kind: object.kind, apiVersion: object.apiVersion, namespace, name, uid };
	createObject(
		store,
		{ kind, namespace },
		{
			metadata: { name: `${name}.${nameSuffix(12)}` },
			involvedObject,
			...{ type, reason, message, source: { component }, reportingComponent: component },
			...{ firstTimestamp: now, lastTimestamp: now, count: 1 },
		},
	);
	const all = store.list(kind);
	if (all.length <= EVENTS_KEPT) return;
	const [oldest] = all.sort((a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion));
	if (oldest) store.drop(kind, oldest);
}

function involvedUid(event: KubeObject): unknown {
	const involved = event.involvedObject;
	return typeof involved === 'object' && involved !== null && 'uid' in involved ? involved.uid : undefined;
}
