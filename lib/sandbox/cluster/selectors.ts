import { isObject, valueAt } from './json';
import type { KubeObject } from './object';
import { badRequest } from './status-error';

export type Match = (object: KubeObject) => boolean;

/**
 * A `labelSelector` parameter: `a=b,c!=d,e in (f, g),h notin (i),j,!k`.
 * @throws {StatusError} 400 for anything else
 */
export function labelSelector(text: string | null): Match {
	const tests = splitOutsideBrackets(text ?? '').map(requirement);
	return (object) => tests.every((test) => test(object.metadata.labels ?? {}));
}

/** A `fieldSelector` parameter: `metadata.name=x,status.phase!=Running`. @throws {StatusError} 400 */
export function fieldSelector(text: string | null): Match {
	const tests = (text ?? '').split(',').filter(Boolean).map(fieldTest);
	return (object) => tests.every((test) => test(object));
}

type LabelTest = (labels: Record<string, string>) => boolean;

function requirement(text: string): LabelTest {
	const inSet = /^(\S+)\s+(in|notin)\s+\((.*)\)$/.exec(text);
	if (inSet) {
		const [, key = '', operator, list = ''] = inSet;
		const values = new Set(list.split(',').map((value) => value.trim()));
		return (labels) => values.has(labels[key] ?? '\0') === (operator === 'in');
	}
	const equality = /^([^!=\s]+)\s*(!=|==|=)\s*(.*)$/.exec(text);
	if (equality) {
		const [, key = '', operator, value] = equality;
		return (labels) => (labels[key] === value) === (operator !== '!=');
	}
	const presence = /^(!?)\s*([\w./-]+)$/.exec(text);
	if (!presence) throw badRequest(`unable to parse requirement: ${text}`);
	const [, negation, key = ''] = presence;
	return (labels) => (labels[key] !== undefined) === (negation === '');
}

function fieldTest(text: string): Match {
	const parts = /^([^!=]+)(!=|==|=)(.*)$/.exec(text);
	if (!parts) throw badRequest(`invalid field selector: ${text}`);
	const [, path = '', operator, wanted] = parts;
	return (object) => {
		const value = valueAt(object, ...path.split('.'));
		const actual = value === undefined || isObject(value) ? '' : String(value);
		return (actual === wanted) === (operator !== '!=');
	};
}

function splitOutsideBrackets(text: string): string[] {
	return text
		.split(/,(?![^(]*\))/)
		.map((part) => part.trim())
		.filter(Boolean);
}
