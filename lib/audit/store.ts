import { z } from 'zod';
import { AppError, redact } from '@/lib/core';
import type { Db, Tx } from '@/lib/db';
import { type AuditLink, type ChainEnd, linkHash } from './chain';
import { type AuditEvent, eventData } from './events';

const Head = z.object({ seq: z.coerce.number(), hash: z.string() });
const Data = z.record(z.string(), z.unknown());

/**
 * Append one event inside the transaction of the change it tells about, and return it. The head row is locked until
 * that transaction ends, so append last: other writers wait from here on.
 */
export async function appendAudit(tx: Tx, event: AuditEvent): Promise<AuditLink> {
	const data = Data.parse(withoutSecrets(eventData[event.kind].parse(event.data)));
	const head = await lockHead(tx);
	const unlinked = {
		seq: head.seq + 1,
		at: event.at.toISOString(),
		actor: { id: event.actor.id, name: event.actor.name },
		via: event.via,
		kind: event.kind,
		subject: event.subject,
		summary: redact(event.summary, { shortest: LONGER_THAN_NAMES }),
		data,
	};
	const link: AuditLink = { ...unlinked, prevHash: head.hash, hash: linkHash(head.hash, unlinked) };
	await insert(tx, link);
	return link;
}

export async function findHead(db: Db | Tx): Promise<ChainEnd> {
	const head = await db.auditHead.findUnique({ where: { id: 1 }, select: { seq: true, hash: true } });
	return headOf(head);
}

/** Events with `after < seq <= upTo`, oldest first, at most `limit`. */
export async function listForward(
	db: Db,
	{ after, upTo, limit }: { after: number; upTo: number; limit: number },
): Promise<AuditLink[]> {
	const rows = await db.auditEvent.findMany({
		where: { seq: { gt: after, lte: upTo } },
		orderBy: { seq: 'asc' },
		take: limit,
	});
	return rows.map(toLink);
}

/** Events before `before` (or the newest), newest first, at most `limit`. */
export async function listBackward(
	db: Db,
	{ subject, before, limit }: { subject?: string; before?: number; limit: number },
): Promise<AuditLink[]> {
	const rows = await db.auditEvent.findMany({
		where: { subject, seq: before === undefined ? undefined : { lt: before } },
		orderBy: { seq: 'desc' },
		take: limit,
	});
	return rows.map(toLink);
}

async function lockHead(tx: Tx): Promise<ChainEnd> {
	const rows: unknown = await tx.$queryRaw`SELECT seq, hash FROM audit_head WHERE id = 1 FOR UPDATE`;
	return headOf(Array.isArray(rows) ? rows[0] : null);
}

function headOf(row: unknown): ChainEnd {
	const head = Head.safeParse(row);
	if (!head.success) throw new AppError('internal', 'The head of the audit trail is missing from the database.');
	return head.data;
}

/** Both writes in one round trip, because the head is locked meanwhile; the condition makes a lost lock visible. */
async function insert(tx: Tx, link: AuditLink): Promise<void> {
	const { seq, at, actor, via, kind, subject, summary, data, prevHash, hash } = link;
	const moved = await tx.$executeRaw`
		WITH event AS (
			INSERT INTO audit_event (seq, at, actor_id, actor_name, via, kind, subject, summary, data, prev_hash, hash)
			VALUES (${seq}, ${new Date(at)}, ${actor.id}, ${actor.name}, ${via}, ${kind}, ${subject}, ${summary},
				${JSON.stringify(data)}::jsonb, ${prevHash}, ${hash})
		)
		UPDATE audit_head SET seq = ${seq}, hash = ${hash} WHERE id = 1 AND hash = ${prevHash}`;
	if (moved !== 1) throw new AppError('conflict', 'The audit trail moved on meanwhile.');
}

function toLink(row: {
	seq: bigint;
	at: Date;
	actorId: string | null;
	actorName: string;
	via: string;
	kind: string;
	subject: string;
	summary: string;
	data: unknown;
	prevHash: string;
	hash: string;
}): AuditLink {
	const { seq, at, actorId, actorName, via, kind, subject, summary, data, prevHash, hash } = row;
	return {
		seq: Number(seq),
		at: at.toISOString(),
		actor: { id: actorId, name: actorName },
		via,
		kind,
		subject,
		summary,
		data: Data.parse(data),
		prevHash,
		hash,
	};
}

/** A secret this long is no part of somebody's release name. */
const LONGER_THAN_NAMES = 16;
/** What people and programs say in their own words; everything else is a name or a value that was chosen. */
const FREE_TEXT = ['reason', 'message', 'problem'];

/**
 * The shapes have no place for secrets; a plain value may still contain a credential (a password inside a URL), and free
 * text anything. Names stay as they are: the trail is evidence, and `[secret]-ledger` would be neither a name nor safe.
 */
function withoutSecrets(data: object): unknown {
	return JSON.parse(
		JSON.stringify(data, (key, value) =>
			typeof value === 'string' ? redact(value, FREE_TEXT.includes(key) ? {} : { shortest: LONGER_THAN_NAMES }) : value,
		),
	);
}
