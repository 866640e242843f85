import { isDeepStrictEqual } from 'node:util';
import type { ResourceChange } from '@/lib/contracts/runner';
import { isRecord, redact } from '@/lib/core';
import { podTemplateOf } from '../helm/documents';
import type { KubeObject } from '../kube/schema';

type FieldChange = ResourceChange['fields'][number];
type KeyChange = ResourceChange['keys'][number];

/** What differs between an object as it is and as it would become. */
export type ObjectDiff = {
	action: 'update' | 'unchanged';
	restarts: boolean;
	fields: FieldChange[];
	keys: KeyChange[];
};

const MAX_FIELDS = 200;
const MAX_TEXT = 300;
/** Written by the server on every write; they say nothing about a decision. */
const NOISE = ['managedFields', 'resourceVersion', 'generation', 'creationTimestamp', 'uid', 'selfLink'];
const ROLLED = ['Deployment', 'StatefulSet', 'DaemonSet'];

/** Compare the live object with the result of a dry run. Values of Secrets become states per key. Pure. */
export function diffObjects(live: KubeObject, next: KubeObject): ObjectDiff {
	const isSecret = next.kind === 'Secret';
	const [before, after] = [comparable(live, isSecret), comparable(next, isSecret)];
	const fields = fieldChanges(before, after);
	const keys = isSecret ? keyChanges(live.data, next.data) : [];
	const changed = fields.length > 0 || keys.some(({ state }) => state !== 'unchanged');
	const restarts = ROLLED.includes(next.kind) && !isDeepStrictEqual(podTemplateOf(live), podTemplateOf(next));
	return { action: changed ? 'update' : 'unchanged', restarts, fields, keys };
}

/** Keys of a Secret that is created or deleted. */
export function keysAs(object: KubeObject, state: KeyChange['state']): KeyChange[] {
	const names = [object.data, object.stringData].flatMap((data) => (isRecord(data) ? Object.keys(data) : []));
	return [...new Set(names)].sort().map((key) => ({ key, state }));
}

/** First line of the plan: "2 resources change, 1 restarts, none are deleted." Pure. */
export function headlineOf(changes: readonly Pick<ResourceChange, 'action' | 'restarts'>[]): string {
	const count = (action: ResourceChange['action']) => changes.filter((change) => change.action === action).length;
	const [created, updated, deleted, refused] = [count('create'), count('update'), count('delete'), count('refused')];
	if (refused > 0) return `${resources(refused)} refused by the cluster.`;
	if (created + updated + deleted === 0) return 'No changes will happen to the cluster.';
	if (updated + deleted === 0) return `${resources(created)} created.`;
	const restarted = changes.filter(({ restarts }) => restarts).length;
	const parts: [number, string, string][] = [
		[created, 'is created', 'are created'],
		[updated, 'changes', 'change'],
		[restarted, 'restarts', 'restart'],
		[deleted, 'is deleted', 'are deleted'],
	];
	const told = parts.filter(([number, , many]) => number > 0 || many === 'are deleted');
	return `${told.map(([number, one, many], index) => phrase(number, one, many, index === 0)).join(', ')}.`;
}

function phrase(number: number, one: string, many: string, isFirst: boolean): string {
	const noun = isFirst ? (number === 1 ? ' resource' : ' resources') : '';
	return `${number === 0 ? 'none' : number}${noun} ${number === 1 ? one : many}`;
}

function resources(count: number): string {
	return count === 1 ? '1 resource is' : `${count} resources are`;
}

function comparable(object: KubeObject, isSecret: boolean): Record<string, unknown> {
	const { status: _status, metadata, ...rest } = object;
	const cleaned: Record<string, unknown> = { ...rest, metadata: without(metadata, NOISE) };
	return isSecret ? without(cleaned, ['data', 'stringData']) : cleaned;
}

function without(object: Record<string, unknown>, names: readonly string[]): Record<string, unknown> {
	return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
}

function fieldChanges(before: unknown, after: unknown): FieldChange[] {
	const [from, to] = [flatten(before), flatten(after)];
	const changes: FieldChange[] = [];
	for (const path of new Set([...from.keys(), ...to.keys()])) {
		const [a, b] = [from.get(path), to.get(path)];
		if (a !== b) changes.push({ path, from: shown(a), to: shown(b) });
	}
	return changes.sort((a, b) => a.path.localeCompare(b.path)).slice(0, MAX_FIELDS);
}

/** Leaves by path. Lists of named things are keyed by name, so that a new container in front is one addition. */
function flatten(value: unknown, path = '', into = new Map<string, string>()): Map<string, string> {
	if (Array.isArray(value)) {
		value.forEach((item, index) => {
			flatten(item, `${path}[${nameIn(item) ?? index}]`, into);
		});
	} else if (isRecord(value)) {
		for (const [key, member] of Object.entries(value)) {
			if (member !== undefined && member !== null) flatten(member, path ? `${path}.${key}` : key, into);
		}
	} else into.set(path, String(value));
	return into;
}

function nameIn(item: unknown): string | undefined {
	return isRecord(item) && typeof item.name === 'string' ? item.name : undefined;
}

function shown(text: string | undefined): string | null {
	if (text === undefined) return null;
	const safe = redact(text);
	return safe.length > MAX_TEXT ? `${safe.slice(0, MAX_TEXT)} …` : safe;
}

function keyChanges(before: unknown, after: unknown): KeyChange[] {
	const from = isRecord(before) ? before : {};
	const to = isRecord(after) ? after : {};
	const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort();
	return keys.map((key) => {
		if (!Object.hasOwn(from, key)) return { key, state: 'added' as const };
		if (!Object.hasOwn(to, key)) return { key, state: 'removed' as const };
		return { key, state: from[key] === to[key] ? ('unchanged' as const) : ('changed' as const) };
	});
}
