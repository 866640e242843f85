import type { AnswerProblem, BadgeCounts, Catalogue, LintCode, Locale, PasteCode, ReasonCode } from './catalogue';
import type { ContractChange } from './change';
import { english } from './messages-en';
import { portuguese } from './messages-pt-br';
import type { KnownPermission } from './permissions';
import type { ManifestNoteCode } from './schema';

export type { Locale } from './catalogue';

/** The one catalogue: every sentence this module says, in every language. */
const catalogue: Record<Locale, Catalogue> = { en: english, 'pt-BR': portuguese };

/** A change of the contract in one plain sentence. Never contains a value of a secret. */
export function explainChange(change: ContractChange, locale: Locale = 'en'): string {
	return catalogue[locale].change(change);
}

/** The sentence of a manifest note in another language; `detail` is only known while reading. */
export function noteSentence(locale: Locale, code: ManifestNoteCode, path: string, detail = ''): string {
	return catalogue[locale].notes[code](path, detail);
}

export function answerSentence(locale: Locale, problem: AnswerProblem, key: string): string {
	return catalogue[locale].answers[problem](key);
}

export function pasteSentence(locale: Locale, code: PasteCode): string {
	return catalogue[locale].pastes[code];
}

export function lintSentence(locale: Locale, code: LintCode, key: string): string {
	return catalogue[locale].lints[code](key);
}

export function reasonSentence(locale: Locale, code: ReasonCode): string {
	return catalogue[locale].reasons[code];
}

export function permissionSentence(locale: Locale, known: KnownPermission | null, permission: string): string {
	const { permissions, unknownPermission } = catalogue[locale];
	return known === null ? unknownPermission(permission) : permissions[known];
}

/** The text of a badge; a string is one of the two fixed ones. */
export function badgeText(locale: Locale, counts: BadgeCounts | 'none' | 'unknown'): string {
	const { badge, badgeNone, badgeUnknown } = catalogue[locale];
	if (counts === 'none') return badgeNone;
	return counts === 'unknown' ? badgeUnknown : badge(counts);
}
