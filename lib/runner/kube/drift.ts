import { isDeepStrictEqual } from 'node:util';
import { isRecord, listAt, textAt } from '@/lib/core';
import type { KubeObject } from './schema';

export type Drift = { manager: string; fields: string[] };

/** Writers that change objects as part of running them, not as somebody's decision. */
const CONTROLLERS = ['helm', 'kube-controller-manager', 'kubelet', 'kube-scheduler', 'kube-apiserver'];

/**
 * Fields that the manifest sets, that somebody else has taken over since (managedFields, FieldsV1), and that differ
 * from what the manifest says. Pure.
 */
export function driftOf(manifest: KubeObject, live: KubeObject): Drift[] {
	const drift = new Map<string, Set<string>>();
	for (const entry of listAt(live, 'metadata', 'managedFields')) {
		const manager = textAt(entry, 'manager') ?? 'unknown';
		// Status is for controllers; other subresources (scale) are people's and autoscalers' business.
		if (CONTROLLERS.includes(manager) || textAt(entry, 'subresource') === 'status') continue;
		const fields = drift.get(manager) ?? new Set();
		if (isRecord(entry)) walk(entry.fieldsV1, manifest, live, '', fields);
		if (fields.size > 0) drift.set(manager, fields);
	}
	return [...drift].map(([manager, fields]) => ({ manager, fields: [...fields] }));
}

function walk(owned: unknown, wanted: unknown, actual: unknown, path: string, into: Set<string>): void {
	if (!isRecord(owned) || wanted === undefined) return;
	const steps = Object.entries(owned).filter(([key]) => key !== '.');
	if (steps.length === 0) {
		if (!sameValue(wanted, actual)) into.add(path);
		return;
	}
	for (const [key, below] of steps) {
		if (key.startsWith('f:')) {
			const name = key.slice(2);
			walk(below, memberOf(wanted, name), memberOf(actual, name), path ? `${path}.${name}` : name, into);
		} else if (key.startsWith('k:')) {
			const match = parseKey(key.slice(2));
			const name = Object.values(match).join(',');
			walk(below, itemOf(wanted, match), itemOf(actual, match), `${path}[${name}]`, into);
		}
	}
}

function memberOf(value: unknown, name: string): unknown {
	return isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

function itemOf(value: unknown, match: Record<string, unknown>): unknown {
	if (!Array.isArray(value)) return undefined;
	return value.find(
		(item) => isRecord(item) && Object.entries(match).every(([key, wanted]) => (item[key] ?? defaults[key]) === wanted),
	);
}
/** List keys the API server fills in when the manifest leaves them out. */
const defaults: Record<string, unknown> = { protocol: 'TCP' };

function parseKey(text: string): Record<string, unknown> {
	try {
		const parsed: unknown = JSON.parse(text);
		return isRecord(parsed) ? parsed : {};
	} catch {
		return {};
	}
}

/** Quantities and ports may be written as number or text. */
function sameValue(wanted: unknown, actual: unknown): boolean {
	if (isDeepStrictEqual(wanted, actual)) return true;
	const isScalar = (value: unknown) => typeof value === 'string' || typeof value === 'number';
	return isScalar(wanted) && isScalar(actual) && String(wanted) === String(actual);
}
