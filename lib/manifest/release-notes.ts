import type { ContractChange } from './change';
import type { Finding } from './diff-rules';

/**
 * What authors claim against what the diff shows. Notes are free text, often generated, sometimes private: they add a
 * warning, they never remove one (facts/khalos.md section 8, trap 18).
 */

const CLAIM = /\bbreaking\b|\bincompatib|\bbackwards?[- ]incompat|\bmigration guide\b|\bquebra|\bincompat[ií]ve/i;
const DENIAL =
	/\b(?:no|non|not|without|sem|nenhuma?|não)[ -](?:any |a )?(?:known )?(?:breaking|mudanças? incompatíve(?:l|is)|quebras?)/gi;

/** What the authors of all versions on the way wrote, read once. Null = not every version was looked up. */
export type ReadNotes = { text: string; claimed: boolean } | null;

/** `undefined` = not looked up, null = the author gave none. Nothing is claimed about notes that nobody looked up. */
export function readNotes(notes: readonly (string | null | undefined)[]): ReadNotes {
	if (notes.length === 0 || notes.some((text) => text === undefined)) return null;
	const text = notes.filter((note) => typeof note === 'string').join('\n');
	return { text, claimed: claimsBreaking(text) };
}

/** `subjects` are the keys, permissions and apps that break and that the notes should mention. */
export function compareWithNotes(
	notes: ReadNotes,
	found: readonly Pick<ContractChange, 'kind' | 'verdict'>[],
	subjects: readonly string[],
): Finding[] {
	if (notes === null) return [];
	const { text, claimed } = notes;
	const breaks = found.some((change) => change.verdict === 'breaking');
	if (claimed && !breaks) return [{ kind: 'notes-say-breaking', verdict: 'warning', gate: 'acknowledge' }];
	const silent = subjects.filter((subject) => !text.includes(subject));
	if (claimed || !breaks || silent.length === 0) return [];
	return [
		{ kind: 'notes-silent', gaveNotes: text.trim() !== '', subjects: silent, verdict: 'breaking', gate: 'acknowledge' },
	];
}

/** True when the text announces something that breaks; "no breaking changes" does not. */
function claimsBreaking(notes: string): boolean {
	return CLAIM.test(notes.replace(DENIAL, ''));
}
