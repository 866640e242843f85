import { canonicalJson, sha256 } from '@/lib/digest';

/** One event as it is stored and shown; `at` is ISO 8601 in UTC with milliseconds. */
export type AuditLink = {
	seq: number;
	at: string;
	actor: { id: string | null; name: string };
	via: string;
	kind: string;
	subject: string;
	summary: string;
	data: Record<string, unknown>;
	prevHash: string;
	hash: string;
};

export type ChainEnd = { seq: number; hash: string };

/** What the first event points back to. The same text is in the migration that creates the head. */
export const GENESIS: ChainEnd = { seq: 0, hash: `sha256:${'0'.repeat(64)}` };

export type ChainCheck =
	| { ok: true; checked: number; end: ChainEnd }
	| { ok: false; checked: number; brokenSeq: number; problem: string };

/** sha256 over the hash of the event before and the canonical JSON of this one (everything but the two hashes). */
export function linkHash(prevHash: string, event: Omit<AuditLink, 'prevHash' | 'hash'>): string {
	const { seq, at, actor, via, kind, subject, summary, data } = event;
	return sha256(prevHash + canonicalJson({ seq, at, actor, via, kind, subject, summary, data }));
}

/**
 * Follow `links` (in order) from `start`. Finds an edited, removed, inserted or reordered event at the first place
 * where the chain breaks; a cut tail shows only against the stored head (service).
 */
export function verifyChain(links: Iterable<AuditLink>, start: ChainEnd = GENESIS): ChainCheck {
	let end = start;
	let checked = 0;
	for (const link of links) {
		const expected = end.seq + 1;
		const problem = problemOf(link, end);
		if (problem !== null) return { ok: false, checked, brokenSeq: Math.min(link.seq, expected), problem };
		end = { seq: link.seq, hash: link.hash };
		checked++;
	}
	return { ok: true, checked, end };
}

function problemOf(link: AuditLink, before: ChainEnd): string | null {
	const expected = before.seq + 1;
	if (link.seq > expected) return `Event ${expected} is missing.`;
	if (link.seq < expected) return `Event ${link.seq} appears out of order.`;
	if (link.prevHash !== before.hash) return `Event ${link.seq} does not follow from the event before it.`;
	if (link.hash !== linkHash(link.prevHash, link)) return `Event ${link.seq} was changed after it was written.`;
	return null;
}
