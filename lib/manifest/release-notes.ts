import type { ContractChange } from './change';
import type { Finding } from './diff-rules';

/**
 * What authors claim against what the diff shows. Notes are free text, often generated, sometimes private: they add a
 * warning, they never remove one (facts/khalos.md section 8, trap 18).
 */

const CLAIM = /\bbreaking\b|\bincompatib|\bbackwards?[- ]incompat|\bmigration guide\b|\bquebra|\bincompat[ií]ve/i;
const DENIAL =
	/\b(?:no|non|not|without|sem|nenhuma?|não)[ -](?:any |a )?(?:known )?(?:breaking|mudanças? incompatíve(?:l|is)|quebras?)/gi;

/** What the author of one version on the way wrote. `text` null = not looked up, and nothing is claimed about that. */
export type ReadNotes = { version: string; text: string | null; claimed: boolean };

/** Read once per path, in the order of its steps. `notes` undefined = not looked up, null = the author gave none. */
export function readNotes(steps: readonly { version: string; notes?: string | null }[]): ReadNotes[] {
	return steps.map(({ version, notes }) => {
		const text = notes === undefined ? null : (notes ?? '');
		return { version, text, claimed: text !== null && claimsBreaking(text) };
	});
}

/**
 * Each version's notes against what that version breaks: what one author announced does not cover for what the next one
 * kept quiet about. `found` with the versions between which each change happened.
 */
export function compareWithNotes(notes: readonly ReadNotes[], found: readonly ContractChange[]): Finding[] {
	const position = new Map(notes.map(({ version }, index) => [version, index]));
	const breaks = found.filter(({ verdict }) => verdict === 'breaking');
	const announced = new Set<ReadNotes>();
	const silent = new Set<string>();
	let gaveNotes = false;
	for (const change of breaks) {
		const last = position.get(change.toVersion ?? '') ?? notes.length - 1;
		const first = (position.get(change.fromVersion ?? '') ?? -1) + 1;
		const own = notes.slice(first, last + 1);
		for (const one of own) announced.add(one);
		if (own.length === 0 || own.some(({ text, claimed }) => text === null || claimed)) continue;
		const quiet = subjectsOf(change).filter((subject) => !own.some(({ text }) => mentions(text ?? '', subject)));
		for (const subject of quiet) silent.add(subject);
		if (quiet.length > 0 && own.some(({ text }) => text?.trim() !== '')) gaveNotes = true;
	}
	const findings: Finding[] = [];
	if (notes.some((one) => one.claimed && !announced.has(one)))
		findings.push({ kind: 'notes-say-breaking', verdict: 'warning', gate: 'acknowledge' });
	if (silent.size > 0)
		findings.push({
			kind: 'notes-silent',
			gaveNotes,
			subjects: [...silent],
			verdict: 'breaking',
			gate: 'acknowledge',
		});
	return findings;
}

/** What release notes would have to mention. */
function subjectsOf(change: ContractChange): string[] {
	if ('key' in change) return [change.key];
	if (change.kind === 'permissions-widened') return change.permissions;
	if (change.kind === 'apps-removed') return change.apps;
	return change.kind === 'sandbox-added' || change.kind === 'sandbox-widened' ? ['sandbox'] : [];
}

/** As a word of its own: "SUPPORT" says nothing about PORT. Names with capitals are meant as they are written. */
function mentions(text: string, subject: string): boolean {
	const [haystack, needle] = /\p{Lu}/u.test(subject) ? [text, subject] : [text.toLowerCase(), subject.toLowerCase()];
	for (let found = haystack.indexOf(needle); found !== -1; found = haystack.indexOf(needle, found + 1)) {
		const around = `${haystack[found - 1] ?? ' '}${haystack[found + needle.length] ?? ' '}`;
		if (!/[\p{L}\p{N}_]/u.test(around)) return true;
	}
	return false;
}

/** True when the text announces something that breaks; "no breaking changes" does not. */
function claimsBreaking(notes: string): boolean {
	return CLAIM.test(notes.replace(DENIAL, ''));
}
