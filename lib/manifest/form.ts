import { answerProblem } from './answers';
import type { EnvVar, EnvVarType } from './schema';
import { containsCredential } from './secrecy';
import { isSecretVar } from './secret-var';
import type { ValueOrigin } from './values';

/** What an install or a half-filled form already knows. Secrets appear by name only. */
export type FormState = {
	/** Plain values of the install. */
	plain?: Readonly<Record<string, string>>;
	/** Secret keys that have a stored value. */
	secretsSet?: ReadonlySet<string>;
	instanceValues?: Readonly<Record<string, string>>;
	/** The pack's own values: `manifest.backend.env`. */
	staticEnv?: Readonly<Record<string, string>>;
};

export type FormField = {
	key: string;
	label: string;
	description: string;
	type: EnvVarType;
	required: boolean;
	/** Rendered as a secret control and never given a value. */
	secret: boolean;
	/** `missing`: it has to be answered now, because a required value is not there or the present one does not fit. */
	group: 'missing' | 'required' | 'optional';
	/** Ghost text: what the container gets when the field stays empty. Null for secrets and when there is nothing. */
	defaultText: string | null;
	defaultOrigin: Exclude<ValueOrigin, 'answer'> | null;
	/** Current plain value, `''` when not answered. */
	value: string;
	/** Null for fields that are not secret. */
	secretState: 'not-set' | 'set' | null;
	/** The current or default value holds a credential although the field is stored in clear. */
	holdsCredential: boolean;
};

const groupOrder = { missing: 0, required: 1, optional: 2 } as const satisfies Record<FormField['group'], number>;

/** The questions of a contract in the order they are asked: missing required, required, optional; else as declared. */
export function formFields(contract: readonly EnvVar[], state: FormState = {}): FormField[] {
	return contract.map((variable) => fieldOf(variable, state)).sort((a, b) => groupOrder[a.group] - groupOrder[b.group]);
}

function fieldOf(variable: EnvVar, state: FormState): FormField {
	const secret = isSecretVar(variable);
	const fallback = fallbackOf(variable, state);
	const value = secret ? '' : (own(state.plain, variable.key) ?? '');
	const isSet = secret && state.secretsSet?.has(variable.key) === true;
	const covered = isSet || value !== '' || fallback !== null;
	const fits = value === '' || answerProblem(variable.type, value) === null;
	return {
		key: variable.key,
		label: variable.key,
		description: variable.description,
		type: variable.type,
		required: variable.required,
		secret,
		group: !fits || (variable.required && !covered) ? 'missing' : variable.required ? 'required' : 'optional',
		defaultText: secret ? null : (fallback?.text ?? null),
		defaultOrigin: fallback?.origin ?? null,
		value,
		secretState: secret ? (isSet ? 'set' : 'not-set') : null,
		holdsCredential: !secret && containsCredential(value === '' ? (fallback?.text ?? '') : value),
	};
}

/** The same precedence as `resolveEnvironment`, below an answer. */
function fallbackOf(
	variable: EnvVar,
	state: FormState,
): { text: string; origin: Exclude<ValueOrigin, 'answer'> } | null {
	const instance = own(state.instanceValues, variable.key);
	if (instance !== undefined) return { text: instance, origin: 'instance' };
	const pack = own(state.staticEnv, variable.key);
	if (pack !== undefined) return { text: pack, origin: 'pack' };
	return variable.default === null ? null : { text: variable.default, origin: 'default' };
}

function own(values: Readonly<Record<string, string>> | undefined, key: string): string | undefined {
	const value = values !== undefined && Object.hasOwn(values, key) ? values[key] : undefined;
	return value === '' ? undefined : value;
}
