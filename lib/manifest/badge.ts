import type { ContractBadge, ContractChange } from './change';
import { badgeText, type Locale } from './messages';

/**
 * The contract badge of a version row: `no config change`, `2 optional new`, `1 required new`, `breaking: 3`. What only
 * repeats another change (silent release notes) is not counted twice.
 */
export function contractBadge(diff: { changes: readonly ContractChange[] }, locale: Locale = 'en'): ContractBadge {
	const changes = diff.changes.filter((change) => change.kind !== 'notes-silent');
	if (changes.some((change) => change.kind === 'not-comparable')) {
		return { tone: 'unknown', text: badgeText(locale, 'unknown') };
	}
	const breaking = changes.filter((change) => change.verdict === 'breaking');
	if (breaking.length > 0) {
		const code = breaking.every(isNewQuestion) ? 'required' : 'breaking';
		return { tone: 'breaking', text: badgeText(locale, { code, count: breaking.length }) };
	}
	const warnings = changes.filter((change) => change.verdict === 'warning').length;
	if (warnings > 0) return { tone: 'warning', text: badgeText(locale, { code: 'review', count: warnings }) };
	const optional = changes.filter(isNewQuestion).length;
	if (optional > 0) return { tone: 'notice', text: badgeText(locale, { code: 'optional', count: optional }) };
	return { tone: 'none', text: badgeText(locale, 'none') };
}

function isNewQuestion(change: ContractChange): boolean {
	return change.kind === 'added' || change.kind === 'becomes-question';
}
