/** JSON as it arrives from outside: narrow it, never cast it. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** True for a plain JSON object (not null, not a list). */
export function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value of a key that a stranger named: `constructor` and `__proto__` are keys like any other. */
export function own<T>(values: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
	return values !== undefined && Object.hasOwn(values, key) ? values[key] : undefined;
}

/** Walk `path` through nested objects; undefined as soon as a step is missing. */
export function at(value: unknown, ...path: readonly string[]): unknown {
	let current = value;
	for (const key of path) {
		if (!isRecord(current) || !Object.hasOwn(current, key)) return undefined;
		current = current[key];
	}
	return current;
}

/** The text at `path`, or undefined when it is missing or not text. */
export function textAt(value: unknown, ...path: readonly string[]): string | undefined {
	const found = at(value, ...path);
	return typeof found === 'string' ? found : undefined;
}

/** The list at `path`, or an empty list. */
export function listAt(value: unknown, ...path: readonly string[]): unknown[] {
	const found = at(value, ...path);
	return Array.isArray(found) ? found : [];
}
