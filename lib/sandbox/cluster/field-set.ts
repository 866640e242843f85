import { isObject, type JsonObject, type JsonValue, sameJson } from './json';
import type { Kind } from './kinds';
import { inside, isWholeMap, itemSegment, listRule, type Place, rootOf } from './merge-rules';
import type { FieldSet } from './object';

/** Arithmetic on the field sets of `managedFields` (FieldsV1). A leaf is an empty set. */

const SERVER_OWNED = new Set(
	[
		'name',
		'namespace',
		'uid',
		'resourceVersion',
		'generation',
		'creationTimestamp',
		'managedFields',
		'generateName',
	].concat(['deletionTimestamp', 'deletionGracePeriodSeconds']),
);

/**
 * Every field present in `object`, except identity and what the server sets.
 * @param containers also own maps and lists themselves (`.`), as an Update does
 */
export function fieldsIn(object: JsonObject, kind: Kind, containers = false): FieldSet {
	const result: FieldSet = {};
	for (const [field, value] of Object.entries(object)) {
		if (field === 'apiVersion' || field === 'kind' || value === undefined) continue;
		const place = inside(rootOf(kind), field);
		if (field !== 'metadata' || !isObject(value)) result[`f:${field}`] = fieldsOfValue(value, place, containers);
		else {
			const settable = Object.entries(value).filter(([key]) => !SERVER_OWNED.has(key));
			const metadata = fieldsOfMembers(Object.fromEntries(settable), place, containers);
			if (!isLeaf(metadata)) result['f:metadata'] = metadata;
		}
	}
	return result;
}

export function isLeaf(set: FieldSet): boolean {
	for (const _ in set) return false;
	return true;
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
	const result: FieldSet = { ...a };
	for (const [segment, set] of Object.entries(b)) {
		const known = result[segment];
		result[segment] = known ? union(known, set) : set;
	}
	return result;
}

/** What is in `a` but not in `b`. Owning an (empty) container is not owning what is inside it. */
export function subtract(a: FieldSet, b: FieldSet): FieldSet {
	const result: FieldSet = {};
	for (const [segment, set] of Object.entries(a)) {
		const other = b[segment];
		if (!other) result[segment] = set;
		else if (!isLeaf(set)) {
			const rest = subtract(set, isLeaf(other) ? { '.': {} } : other);
			if (!isLeaf(rest)) result[segment] = rest;
		}
	}
	return result;
}

/** The fields in both sets whose values differ between the two objects. */
export function disagreement(
	mine: { fields: FieldSet; value: JsonValue | undefined },
	theirs: { fields: FieldSet; value: JsonValue | undefined },
	place: Place,
): FieldSet {
	const result: FieldSet = {};
	for (const [segment, fields] of Object.entries(mine.fields)) {
		const otherFields = theirs.fields[segment];
		if (!otherFields || segment === '.') continue;
		const next = segment.startsWith('f:') ? inside(place, segment.slice(2)) : place;
		const [value, otherValue] = [step(mine.value, segment, place), step(theirs.value, segment, place)];
		if (isLeaf(fields)) {
			// One owns the container, the other what is inside: no contradiction.
			if (isLeaf(otherFields) && !sameJson(value, otherValue)) result[segment] = {};
			continue;
		}
		const below = disagreement({ fields, value }, { fields: otherFields, value: otherValue }, next);
		if (!isLeaf(below)) result[segment] = below;
	}
	return result;
}

/** The leaves as people read them: `.spec.template.spec.containers[name="app"].image`. */
export function pathsOf(set: FieldSet, prefix = ''): string[] {
	return Object.entries(set).flatMap(([segment, below]) => {
		const path = `${prefix}${readable(segment)}`;
		return isLeaf(below) ? [path] : pathsOf(below, path);
	});
}

function readable(segment: string): string {
	const text = segment.slice(2);
	if (segment.startsWith('f:')) return `.${text}`;
	if (segment.startsWith('v:')) return `[=${text}]`;
	const keys: Record<string, unknown> = JSON.parse(text);
	return `[${Object.entries(keys)
		.map(([key, value]) => `${key}=${JSON.stringify(value)}`)
		.join(',')}]`;
}

/** The member or item of `value` that a segment names. */
function step(value: JsonValue | undefined, segment: string, place: Place): JsonValue | undefined {
	if (segment.startsWith('f:')) return isObject(value) ? value[segment.slice(2)] : undefined;
	const rule = listRule(place);
	return Array.isArray(value) ? value.find((item) => itemSegment(item, rule) === segment) : undefined;
}

function fieldsOfValue(value: JsonValue, place: Place, containers: boolean): FieldSet {
	if (isObject(value)) {
		if (isWholeMap(place) || Object.keys(value).length === 0) return {};
		return { ...(containers ? { '.': {} } : {}), ...fieldsOfMembers(value, place, containers) };
	}
	const rule = listRule(place);
	if (!Array.isArray(value) || value.length === 0 || rule.by === 'whole') return {};
	const result: FieldSet = containers ? { '.': {} } : {};
	for (const item of value) {
		const below = isObject(item) ? { '.': {}, ...fieldsOfMembers(item, place, containers) } : {};
		result[itemSegment(item, rule)] = below;
	}
	return result;
}

function fieldsOfMembers(members: JsonObject, place: Place, containers: boolean): FieldSet {
	const result: FieldSet = {};
	for (const [key, value] of Object.entries(members)) {
		if (value !== undefined) result[`f:${key}`] = fieldsOfValue(value, inside(place, key), containers);
	}
	return result;
}
