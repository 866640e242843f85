import type { Database } from '@/lib/db';
import { type AuditLink, GENESIS, verifyChain } from './chain';
import { findHead, listBackward, listForward } from './store';

type AuditQuery = { subject?: string; before?: number; limit?: number };

/** What the API returns (`lib/contracts/audit.ts`). */
type Page = { events: AuditLink[]; nextBefore: number | null };
type Verification = { ok: boolean; checked: number; firstBrokenSeq: number | null; problem: string | null };

export type Audit = {
	/** Newest first; pass `nextBefore` as `before` for the next page, null = no more. */
	list(query: AuditQuery): Promise<Page>;
	/** Check every link up to the head as it is now, in pages; events written meanwhile do not disturb it. */
	verify(): Promise<Verification>;
};

const DEFAULT_LIMIT = 50;
const VERIFY_PAGE = 2000;

export function createAudit({ client }: Pick<Database, 'client'>): Audit {
	return { list: (query) => list(client, query), verify: () => verify(client) };
}

async function list(client: Database['client'], { limit = DEFAULT_LIMIT, ...where }: AuditQuery): Promise<Page> {
	const found = await listBackward(client, { ...where, limit: limit + 1 });
	const events = found.slice(0, limit);
	return { events, nextBefore: found.length > limit ? (events.at(-1)?.seq ?? null) : null };
}

async function verify(client: Database['client']): Promise<Verification> {
	const head = await findHead(client);
	let end = GENESIS;
	let checked = 0;
	while (end.seq < head.seq) {
		const page = await listForward(client, { after: end.seq, upTo: head.seq, limit: VERIFY_PAGE });
		if (page.length === 0) return broken(checked, end.seq + 1, `Event ${end.seq + 1} and those after it are missing.`);
		const result = verifyChain(page, end);
		checked += result.checked;
		if (!result.ok) return broken(checked, result.brokenSeq, result.problem);
		end = result.end;
	}
	if (end.hash !== head.hash) return broken(checked, end.seq, `Event ${end.seq} is not the one the head points to.`);
	return { ok: true, checked, firstBrokenSeq: null, problem: null };
}

function broken(checked: number, firstBrokenSeq: number, problem: string): Verification {
	return { ok: false, checked, firstBrokenSeq, problem };
}
