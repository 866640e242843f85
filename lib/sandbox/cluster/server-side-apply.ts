import { disagreement, fieldsIn, isLeaf, pathsOf, subtract, union } from './field-set';
import { isObject, type JsonObject, type JsonValue, sameJson } from './json';
import { apiVersionOf, type Kind } from './kinds';
import { inside, isWholeMap, itemSegment, listRule, type Place, rootOf } from './merge-rules';
import { type FieldSet, type KubeObject, type ManagedFields, timestamp } from './object';
import { StatusError } from './status-error';

export type ApplyInput = {
	kind: Kind;
	config: JsonObject;
	live: KubeObject | undefined;
	manager: string;
	force: boolean;
};
export type Applied = { merged: JsonObject; managedFields: ManagedFields[] };

/**
 * Server-side apply (kubernetes.io/docs/reference/using-api/server-side-apply): merge `config` into `live`, remove what
 * this manager applied before and no longer does, and refuse fields that others own with another value.
 * @throws {StatusError} 409 with every conflicting field, unless `force`
 */
export function serverSideApply({ kind, config, live, manager, force }: ApplyInput): Applied {
	const mine = fieldsIn(config, kind);
	const before = live?.metadata.managedFields ?? [];
	const own = before.find((entry) => isEntryOf(entry, manager, 'Apply'));
	const others = settleConflicts(before.filter((entry) => entry !== own));
	const time = own && sameJson(own.fieldsV1, mine) ? own.time : timestamp();
	const entry = {
		manager,
		operation: 'Apply',
		apiVersion: apiVersionOf(kind),
		time,
		fieldsType: 'FieldsV1',
		fieldsV1: mine,
	};
	const managedFields = [...others.filter(({ fieldsV1 }) => !isLeaf(fieldsV1)), entry];
	if (!live) return { merged: config, managedFields };

	const dropped = subtract(own?.fieldsV1 ?? {}, mine);
	const kept = others.reduce((sum, other) => union(sum, other.fieldsV1), mine);
	const merged = removeFields(merge(live, config, rootOf(kind)), { dropped, kept, place: rootOf(kind) });
	return { merged: isObject(merged) ? merged : config, managedFields };

	/** Every other manager's entry, without the fields that `force` takes from it. */
	function settleConflicts(entries: readonly ManagedFields[]): ManagedFields[] {
		const applied = { fields: mine, value: config };
		const conflicts = entries.map((other) => ({
			other,
			fields: disagreement(applied, { fields: other.fieldsV1, value: live }, rootOf(kind)),
		}));
		const named = conflicts.flatMap(({ other, fields }) =>
			pathsOf(fields).map((field) => ({ owner: nameOf(other), field })),
		);
		if (named.length > 0 && !force) throw conflictError(named);
		return conflicts.map(({ other, fields }) => ({ ...other, fieldsV1: subtract(other.fieldsV1, fields) }));
	}
}

/**
 * Owners after a write that is not an apply: what it added or changed is the writer's now, and nobody else's;
 * what it removed is nobody's.
 */
export function trackUpdate(
	kind: Kind,
	before: KubeObject | undefined,
	after: KubeObject,
	manager: string,
): ManagedFields[] {
	const now = { fields: fieldsIn(after, kind, true), value: after };
	const then = { fields: before ? fieldsIn(before, kind, true) : {}, value: before };
	const changed = disagreement(now, then, rootOf(kind));
	const removed = subtract(then.fields, now.fields);
	const touched = union(subtract(now.fields, then.fields), changed);

	const entries = (before?.metadata.managedFields ?? []).map((entry) => {
		const keeps = isEntryOf(entry, manager, 'Update') ? entry.fieldsV1 : subtract(entry.fieldsV1, changed);
		return { ...entry, fieldsV1: subtract(keeps, removed) };
	});
	if (!isLeaf(touched)) {
		const own = entries.find((entry) => isEntryOf(entry, manager, 'Update'));
		const fresh = { manager, operation: 'Update', apiVersion: apiVersionOf(kind), fieldsType: 'FieldsV1' };
		const entry = { ...fresh, time: timestamp(), fieldsV1: union(own?.fieldsV1 ?? {}, touched) };
		if (own) entries.splice(entries.indexOf(own), 1, entry);
		else entries.push(entry);
	}
	return entries.filter((entry) => !isLeaf(entry.fieldsV1));
}

function merge(live: JsonValue | undefined, config: JsonValue, place: Place): JsonValue {
	if (isObject(config) && isObject(live) && !isWholeMap(place)) {
		const result: JsonObject = { ...live };
		for (const [key, value] of Object.entries(config)) {
			if (value !== undefined) result[key] = merge(live[key], value, inside(place, key));
		}
		return result;
	}
	const rule = listRule(place);
	if (!Array.isArray(config) || !Array.isArray(live) || rule.by === 'whole') return config;
	// Applied items come first and in their own order; what others added follows.
	const rest = new Map(live.map((item) => [itemSegment(item, rule), item]));
	const applied = config.map((item) => {
		const segment = itemSegment(item, rule);
		const known = rest.get(segment);
		rest.delete(segment);
		return known === undefined ? item : merge(known, item, place);
	});
	return [...applied, ...rest.values()];
}

type Removal = { dropped: FieldSet; kept: FieldSet | undefined; place: Place };

/** Remove every dropped field that nobody keeps. */
function removeFields(value: JsonValue, { dropped, kept, place }: Removal): JsonValue {
	if (Array.isArray(value)) {
		const rule = listRule(place);
		return value.flatMap((item) => {
			const segment = itemSegment(item, rule);
			const fields = dropped[segment];
			if (!fields) return [item];
			// The whole item goes when we declared it (`.`) or it is a plain value, and nobody else has it.
			if (!kept?.[segment] && (fields['.'] || isLeaf(fields))) return [];
			return [removeFields(item, { dropped: fields, kept: kept?.[segment], place })];
		});
	}
	if (!isObject(value)) return value;
	const result: JsonObject = { ...value };
	for (const [segment, fields] of Object.entries(dropped)) {
		const key = segment.slice(2);
		const member = result[key];
		if (!segment.startsWith('f:') || member === undefined) continue;
		const keptBelow = kept?.[segment];
		if (isLeaf(fields)) {
			if (!keptBelow) delete result[key];
			continue;
		}
		const rest = removeFields(member, { dropped: fields, kept: keptBelow, place: inside(place, key) });
		const isEmpty = Array.isArray(rest) ? rest.length === 0 : isObject(rest) && Object.keys(rest).length === 0;
		if (isEmpty && !keptBelow) delete result[key];
		else result[key] = rest;
	}
	return result;
}

function isEntryOf(entry: ManagedFields, manager: string, operation: 'Apply' | 'Update'): boolean {
	return entry.manager === manager && entry.operation === operation;
}

type Conflict = { owner: string; field: string };

/** The wording of the API server (apimachinery, managedfields/internal/conflict.go): Helm passes it on, our classifier reads it. */
function conflictError(conflicts: readonly Conflict[]): StatusError {
	const causes = conflicts.map(({ owner, field }) => ({
		reason: 'FieldManagerConflict',
		message: `conflict with ${owner}`,
		field,
	}));
	const [first] = conflicts;
	const text =
		first && conflicts.length === 1
			? `Apply failed with 1 conflict: conflict with ${first.owner}: ${first.field}`
			: `Apply failed with ${conflicts.length} conflicts: ${listByOwner(conflicts)}`;
	return new StatusError(409, 'Conflict', text, { causes });
}

function listByOwner(conflicts: readonly Conflict[]): string {
	const owners = [...new Set(conflicts.map(({ owner }) => owner))].sort();
	const lines = owners.flatMap((owner) => [
		`conflicts with ${owner}:`,
		...conflicts.filter((conflict) => conflict.owner === owner).map(({ field }) => `- ${field}`),
	]);
	return lines.join('\n');
}

function nameOf({ manager, operation, apiVersion }: ManagedFields): string {
	return operation === 'Update' ? `"${manager}" using ${apiVersion}` : `"${manager}"`;
}
