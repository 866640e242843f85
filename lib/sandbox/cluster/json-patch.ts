import { isObject, type JsonObject, type JsonValue, objectsAt, sameJson } from './json';
import { badRequest, StatusError } from './status-error';

/** JSON Merge Patch (RFC 7386): null deletes, objects merge, everything else replaces. */
export function mergePatch(target: JsonValue | undefined, patch: JsonValue): JsonValue {
	if (!isObject(patch)) return patch;
	const result: JsonObject = isObject(target) ? { ...target } : {};
	for (const [key, value] of Object.entries(patch)) {
		if (value === null || value === undefined) delete result[key];
		else result[key] = mergePatch(result[key], value);
	}
	return result;
}

/**
 * JSON Patch (RFC 6902). `target` is not changed.
 * @throws {StatusError} 400 for a malformed patch, 422 when an operation does not apply
 */
export function jsonPatch(target: JsonValue, patch: JsonValue): JsonValue {
	if (!Array.isArray(patch)) throw badRequest('json patch: not a list of operations');
	// A holder lets the empty pointer (the whole document) be an ordinary member.
	const holder: JsonObject = { '': structuredClone(target) };
	for (const operation of objectsAt({ patch }, 'patch')) run(holder, operation);
	return holder[''] ?? null;
}

function run(holder: JsonObject, { op, path, from, value = null }: JsonObject): void {
	if (typeof path !== 'string') throw badRequest('json patch: an operation has no path');
	if (op === 'add') add(holder, path, structuredClone(value));
	else if (op === 'remove') remove(holder, path);
	else if (op === 'replace') {
		remove(holder, path);
		add(holder, path, structuredClone(value));
	} else if (op === 'copy') add(holder, path, structuredClone(read(holder, String(from))));
	else if (op === 'move') {
		const moved = read(holder, String(from));
		remove(holder, String(from));
		add(holder, path, moved);
	} else if (op === 'test') {
		if (!sameJson(read(holder, path), value)) throw doesNotApply(`testing value ${path} failed`);
	} else throw badRequest(`json patch: unexpected operation ${JSON.stringify(op)}`);
}

function add(holder: JsonObject, path: string, value: JsonValue): void {
	const { parent, key } = parentOf(holder, path);
	if (Array.isArray(parent)) parent.splice(key === '-' ? parent.length : indexIn(parent, key, path, 1), 0, value);
	else parent[key] = value;
}

function remove(holder: JsonObject, path: string): void {
	const { parent, key } = parentOf(holder, path);
	read(holder, path);
	if (Array.isArray(parent)) parent.splice(indexIn(parent, key, path, 0), 1);
	else delete parent[key];
}

function read(holder: JsonObject, path: string): JsonValue {
	const { parent, key } = parentOf(holder, path);
	const found = Array.isArray(parent) ? parent[indexIn(parent, key, path, 0)] : parent[key];
	if (found === undefined) throw doesNotApply(`${path} does not exist`);
	return found;
}

function parentOf(holder: JsonObject, path: string): { parent: JsonObject | JsonValue[]; key: string } {
	const steps = path.split('/').map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
	const key = steps.pop() ?? '';
	let parent: JsonObject | JsonValue[] = holder;
	for (const step of steps) {
		const next: JsonValue | undefined = Array.isArray(parent) ? parent[Number(step)] : parent[step];
		if (!Array.isArray(next) && !isObject(next)) throw doesNotApply(`${path} does not exist`);
		parent = next;
	}
	return { parent, key };
}

/** `slack` is 1 for insertions, which may also name the end of the list. */
function indexIn(list: JsonValue[], key: string, path: string, slack: 0 | 1): number {
	const index = /^(0|[1-9]\d*)$/.test(key) ? Number(key) : Number.NaN;
	if (!(index < list.length + slack)) throw doesNotApply(`${path}: index out of bounds`);
	return index;
}

function doesNotApply(why: string): StatusError {
	return new StatusError(422, 'Invalid', `the server rejected our request due to an error in our request: ${why}`);
}
