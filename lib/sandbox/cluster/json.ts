/** JSON as the cluster keeps it. A member that is `undefined` counts as absent everywhere. */
export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject;
export type JsonObject = { [key: string]: JsonValue | undefined };

/** Throws SyntaxError. `JSON.parse` can only return JSON, which is all the annotation claims. */
export function parseJson(text: string): JsonValue {
	return JSON.parse(text);
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Deep equality; absent and `undefined` are the same. */
export function sameJson(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
	if (a === b) return true;
	if (Array.isArray(a)) {
		return Array.isArray(b) && a.length === b.length && a.every((item, index) => sameJson(item, b[index]));
	}
	if (!isObject(a) || !isObject(b)) return false;
	return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((key) => sameJson(a[key], b[key]));
}

/** The value at `path`; undefined as soon as a step is missing. */
export function valueAt(value: JsonValue | undefined, ...path: readonly string[]): JsonValue | undefined {
	let current = value;
	for (const key of path) {
		if (!isObject(current) || !Object.hasOwn(current, key)) return undefined;
		current = current[key];
	}
	return current;
}

export function objectAt(value: JsonValue | undefined, ...path: readonly string[]): JsonObject | undefined {
	const found = valueAt(value, ...path);
	return isObject(found) ? found : undefined;
}

/** The objects in the list at `path`; other items are left out. */
export function objectsAt(value: JsonValue | undefined, ...path: readonly string[]): JsonObject[] {
	const found = valueAt(value, ...path);
	return Array.isArray(found) ? found.filter(isObject) : [];
}

export function numberAt(value: JsonValue | undefined, ...path: readonly string[]): number | undefined {
	const found = valueAt(value, ...path);
	return typeof found === 'number' ? found : undefined;
}

/** The members of the object at `path` whose value is text: labels, data, selectors. */
export function textsAt(value: JsonValue | undefined, ...path: readonly string[]): Record<string, string> {
	const texts: Record<string, string> = {};
	for (const [key, member] of Object.entries(objectAt(value, ...path) ?? {})) {
		if (typeof member === 'string') texts[key] = member;
	}
	return texts;
}

/** A copy without members that are null or undefined: the API server treats `labels: null` like no labels. */
export function withoutNulls(value: JsonValue): JsonValue {
	if (Array.isArray(value)) return value.map(withoutNulls);
	if (!isObject(value)) return value;
	const result: JsonObject = {};
	for (const [key, member] of Object.entries(value)) {
		if (member !== null && member !== undefined) result[key] = withoutNulls(member);
	}
	return result;
}

/** Set the members that are absent. */
export function fill(target: JsonObject | undefined, defaults: JsonObject): void {
	if (!target) return;
	for (const [key, value] of Object.entries(defaults)) if (target[key] === undefined) target[key] = value;
}
