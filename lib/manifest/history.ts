import type { Finding } from './diff-rules';
import type { Indexed } from './indexed';
import { isSecretVar } from './secret-var';

/** One version of the path whose manifest is known. */
export type KnownStep = { version: string; index: Indexed };

export type Ends = { fromVersion: string | null; toVersion: string | null };

/**
 * Between which two neighbouring versions a change happened: the last place where the fact it is about moved. `ends`
 * when nothing moved step by step (a rename seen only from end to end).
 */
export function spanOf(finding: Finding, steps: readonly KnownStep[], ends: Ends): Ends {
	const read = factOf(finding);
	if (!read) return ends;
	for (let later = steps.length - 1; later > 0; later -= 1) {
		const before = steps[later - 1];
		const after = steps[later];
		if (!before || !after || read(before.index) === read(after.index)) continue;
		return { fromVersion: before.version, toVersion: after.version };
	}
	return ends;
}

/** Acknowledgements refer to a change by this name; it must not depend on values or order. */
export function idOf(finding: Finding): string {
	return 'key' in finding ? `${finding.kind}:${finding.key}` : finding.kind;
}

/** The fact a change is about, as text that differs when the fact does. Null = only the ends can tell. */
function factOf(finding: Finding): ((index: Indexed) => string) | null {
	switch (finding.kind) {
		case 'added':
		case 'removed':
			return ({ variables }) => String(variables.has(finding.key));
		case 'becomes-question':
		case 'pack-provided':
		case 'pack-value-changed':
			return ({ pack }) => pack.get(finding.key) ?? '';
		case 'now-required':
		case 'now-optional':
			return ({ variables }) => String(variables.get(finding.key)?.required);
		case 'retyped':
			return ({ variables }) => String(variables.get(finding.key)?.type);
		case 'default-changed':
			return ({ variables }) => String(variables.get(finding.key)?.default);
		case 'exposed':
		case 'now-secret':
			return ({ variables }) => {
				const variable = variables.get(finding.key);
				return variable ? String(isSecretVar(variable)) : '';
			};
		case 'suspected-rename':
		case 'renamed':
			return ({ variables }) => String(variables.has(finding.to));
		case 'permissions-widened':
		case 'permissions-narrowed':
			return ({ manifest }) => finding.permissions.filter((name) => manifest.permissions.includes(name)).join(' ');
		case 'apps-removed':
		case 'apps-added':
			return ({ manifest }) =>
				finding.apps.filter((name) => manifest.frontends.some((app) => app.name === name)).join(' ');
		case 'sandbox-added':
		case 'sandbox-widened':
		case 'sandbox-removed':
			return ({ manifest }) => JSON.stringify(manifest.sandbox);
		case 'backend-added':
		case 'backend-removed':
			return ({ manifest }) => String(manifest.backend !== null);
		case 'ports-changed':
			return ({ manifest }) => JSON.stringify(manifest.backend?.ports);
		case 'breaking-version':
		case 'notes-say-breaking':
		case 'notes-silent':
		case 'stepping-stone':
		case 'not-comparable':
			return null;
	}
}
