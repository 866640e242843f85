import { textAt } from '@/lib/core';
import { type JsonObject, objectAt, objectsAt, textsAt } from './json';
import type { KubeObject } from './object';

/** Finds a ConfigMap or Secret in the pod's namespace. */
export type FindData = (kind: 'ConfigMap' | 'Secret', name: string) => KubeObject | undefined;

/** A container's variables, or why it cannot be given them, in the kubelet's words. */
export type Environment =
	| { kind: 'complete'; variables: Record<string, string> }
	| { kind: 'missing'; container: string; message: string };

/**
 * The environment a container would start with (kubelet `makeEnvironmentVariables`): `envFrom` in order, later ones
 * win; then `env`, which wins over `envFrom`; `$(NAME)` refers to what was set before.
 */
export function resolveEnvironment(pod: KubeObject, container: JsonObject, find: FindData): Environment {
	const name = textAt(container, 'name') ?? '';
	const environment: Record<string, string> = {};
	for (const source of objectsAt(container, 'envFrom')) {
		for (const [kind, field] of bulkSources) {
			const reference = objectAt(source, field);
			if (!reference) continue;
			const found = find(kind, textAt(reference, 'name') ?? '');
			if (!found && reference.optional === true) continue;
			if (!found) return { kind: 'missing', container: name, message: notFoundText(kind, reference) };
			const prefix = textAt(source, 'prefix') ?? '';
			for (const [key, value] of Object.entries(dataOf(found))) environment[`${prefix}${key}`] = value;
		}
	}
	for (const variable of objectsAt(container, 'env')) {
		const key = textAt(variable, 'name') ?? '';
		const value = textOf(variable, { pod, find, environment });
		if (typeof value === 'string') environment[key] = value;
		else if (value) return { kind: 'missing', container: name, message: value.message };
	}
	return { kind: 'complete', variables: environment };
}

/** The first volume whose ConfigMap or Secret is not there; the pod then waits in ContainerCreating. */
export function missingVolume(pod: KubeObject, find: FindData): string | undefined {
	for (const volume of objectsAt(pod.spec, 'volumes')) {
		const sources = [
			{ kind: 'ConfigMap', source: objectAt(volume, 'configMap'), field: 'name' },
			{ kind: 'Secret', source: objectAt(volume, 'secret'), field: 'secretName' },
		] as const;
		for (const { kind, source, field } of sources) {
			const wanted = textAt(source, field);
			if (!wanted || source?.optional === true || find(kind, wanted)) continue;
			const why = `${kind.toLowerCase()} "${wanted}" not found`;
			return `MountVolume.SetUp failed for volume "${textAt(volume, 'name')}" : ${why}`;
		}
	}
	return undefined;
}

const bulkSources = [
	['ConfigMap', 'configMapRef'],
	['Secret', 'secretRef'],
] as const;
const keySources = [
	['ConfigMap', 'configMapKeyRef'],
	['Secret', 'secretKeyRef'],
] as const;

type Context = { pod: KubeObject; find: FindData; environment: Record<string, string> };

/** The text of one `env` entry; undefined when it is optional and absent. */
function textOf(variable: JsonObject, { pod, find, environment }: Context): string | { message: string } | undefined {
	const from = objectAt(variable, 'valueFrom');
	if (!from) return expand(textAt(variable, 'value') ?? '', environment);
	const path = textAt(from, 'fieldRef', 'fieldPath');
	if (path) return fieldOf(pod, path);
	for (const [kind, field] of keySources) {
		const reference = objectAt(from, field);
		if (!reference) continue;
		const found = find(kind, textAt(reference, 'name') ?? '');
		const key = textAt(reference, 'key') ?? '';
		const value = found && dataOf(found)[key];
		if (value !== undefined || reference.optional === true) return value;
		if (!found) return { message: notFoundText(kind, reference) };
		const { namespace, name } = found.metadata;
		return { message: `couldn't find key ${key} in ${kind} ${namespace}/${name}` };
	}
	return '';
}

/** The downward API: a dotted path, or one label or annotation in brackets. */
function fieldOf(pod: KubeObject, path: string): string {
	const [, group, key] = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path) ?? [];
	if (group && key) return textAt(pod, 'metadata', group, key) ?? '';
	return textAt(pod, ...path.split('.')) ?? '';
}

function dataOf(object: KubeObject): Record<string, string> {
	const data = textsAt(object, 'data');
	if (object.kind !== 'Secret') return data;
	const decoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]);
	return Object.fromEntries(decoded);
}

/** Unknown names stay as they are written; `$$(NAME)` is a literal `$(NAME)`. */
function expand(text: string, environment: Record<string, string>): string {
	return text.replace(/(\$?)\$\(([^()]+)\)/g, (whole, literal: string, name: string) =>
		literal ? whole.slice(1) : (environment[name] ?? whole),
	);
}

function notFoundText(kind: 'ConfigMap' | 'Secret', reference: JsonObject): string {
	return `${kind.toLowerCase()} "${textAt(reference, 'name')}" not found`;
}
