import { z } from 'zod';
import type { InvalidParam } from '@/lib/core';
import type { AnswerProblem } from './catalogue';
import { answerSentence, type Locale } from './messages';
import type { EnvVar, EnvVarType } from './schema';

/** 64 KB in UTF-16 units; a ConfigMap or Secret as a whole may hold 1 MiB (Kubernetes API). */
const LONGEST_ANSWER = 65_536;
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const ADDRESS = /^[a-z][a-z0-9+.-]*(?::[a-z][a-z0-9+.-]*)?:\/\/\S+$/i;
const OPAQUE_ADDRESS = /^(?:mailto|urn|sqlite|file|data|jdbc):\S+$/i;

export type AnswerOptions = {
	/** Secrets that are set and stay as they are. */
	kept?: ReadonlySet<string>;
	/** Keys that get a value from the instance settings or from the pack itself. */
	provided?: ReadonlySet<string>;
	locale?: Locale;
};

/**
 * The text as it will be delivered: numbers, booleans and addresses without surrounding space, `TRUE` as `true`. Text
 * and secrets are left exactly as typed.
 */
export function normaliseAnswer(type: EnvVarType, text: string): string {
	if (type === 'string' || type === 'secret') return text;
	const trimmed = text.trim();
	return type === 'boolean' && /^(?:true|false)$/i.test(trimmed) ? trimmed.toLowerCase() : trimmed;
}

/**
 * Schema of the answers to a contract, used by the form and by the server. Input and output are `key → text`; an empty
 * text means "not answered" and is left out of the output. Every problem is an issue at `[key]` with one sentence.
 */
export function answerSchema(contract: readonly EnvVar[], options: AnswerOptions = {}) {
	const variables = new Map(contract.map((variable) => [variable.key, variable]));
	return z
		.record(z.string(), z.string())
		.superRefine((answers, context) => {
			const refuse = (key: string, problem: AnswerProblem) =>
				context.addIssue({
					code: 'custom',
					path: [key],
					message: answerSentence(options.locale ?? 'en', problem, key),
				});
			for (const [key, text] of Object.entries(answers)) {
				const variable = variables.get(key);
				const problem = variable ? answerProblem(variable.type, text) : 'unknown-key';
				if (problem !== null) refuse(key, problem);
			}
			for (const variable of contract) {
				const answered = Object.hasOwn(answers, variable.key) && answers[variable.key] !== '';
				if (variable.required && !answered && !isCovered(variable, options)) refuse(variable.key, 'missing');
			}
		})
		.transform((answers) =>
			Object.fromEntries(
				Object.entries(answers)
					.filter(([, text]) => text !== '')
					.map(([key, text]) => [key, normaliseAnswer(variables.get(key)?.type ?? 'string', text)]),
			),
		);
}

/** The same check as a list for a 422 answer: at most one sentence per key, in the order of the contract. */
export function checkAnswers(
	contract: readonly EnvVar[],
	answers: Readonly<Record<string, string>>,
	options: AnswerOptions = {},
): InvalidParam[] {
	const result = answerSchema(contract, options).safeParse(answers);
	if (result.success) return [];
	const reasons = new Map<string, string>();
	for (const issue of result.error.issues) {
		const key = String(issue.path[0] ?? '');
		if (!reasons.has(key)) reasons.set(key, issue.message);
	}
	const order = new Map(contract.map((variable, index) => [variable.key, index]));
	const rank = (key: string) => order.get(key) ?? contract.length;
	return [...reasons]
		.map(([name, reason]) => ({ name, reason }))
		.sort((a, b) => rank(a.name) - rank(b.name) || (a.name < b.name ? -1 : 1));
}

/**
 * Values whose secrecy forbids to keep them, checked against their types only: one sentence per key that does not fit,
 * which never repeats the value. Keys that are no part of the contract are somebody else's to refuse.
 */
export function checkTypes(
	contract: readonly EnvVar[],
	values: Readonly<Record<string, string>>,
	locale: Locale = 'en',
): InvalidParam[] {
	return contract.flatMap(({ key, type }): InvalidParam[] => {
		const problem = Object.hasOwn(values, key) ? answerProblem(type, values[key] ?? '') : null;
		return problem === null ? [] : [{ name: key, reason: answerSentence(locale, problem, key) }];
	});
}

/** Can a text that fits `from` fail `to`? `from` null = nobody knows what it was checked against. */
export function isNarrower(to: EnvVarType, from: EnvVarType | null): boolean {
	return to !== from && to !== 'string' && to !== 'secret';
}

/** Why `text` cannot be the value of this type; null when it can. An empty text is "not answered", never wrong. */
export function answerProblem(type: EnvVarType, text: string): AnswerProblem | null {
	if (text === '') return null;
	if (text.length > LONGEST_ANSWER) return 'too-long';
	if (text.includes('\0')) return 'has-nul';
	return typeChecks[type](normaliseAnswer(type, text));
}

const typeChecks = {
	string: () => null,
	secret: () => null,
	number: (text) => (NUMBER.test(text) && Number.isFinite(Number(text)) ? null : 'not-number'),
	boolean: (text) => (text === 'true' || text === 'false' ? null : 'not-boolean'),
	url: (text) => (isAddress(text) ? null : 'not-url'),
} satisfies Record<EnvVarType, (text: string) => AnswerProblem | null>;

function isCovered(variable: EnvVar, { kept, provided }: AnswerOptions): boolean {
	return variable.default !== null || kept?.has(variable.key) === true || provided?.has(variable.key) === true;
}

/**
 * Any scheme, because packs connect to `nats:` and `postgres:` too. Only web addresses go through the URL parser:
 * lists of hosts (`mongodb://a,b/db`) are legal for their drivers and not for it.
 */
function isAddress(text: string): boolean {
	if (!ADDRESS.test(text)) return OPAQUE_ADDRESS.test(text);
	return /^(?:https?|wss?):/i.test(text) ? URL.canParse(text) : true;
}
