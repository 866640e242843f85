import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AuditEvent, appendAudit, createAudit, GENESIS } from '@/lib/audit';
import { AuditPage, AuditVerification } from '@/lib/contracts/audit';
import { Secret } from '@/lib/core';
import type { Database } from '@/lib/db';
import { freshDatabase } from '../support/database';

let database: Database;
beforeAll(async () => {
	database = await freshDatabase();
});
afterAll(() => database.close());

test('twenty writers at once make one chain that verifies', async () => {
	const writers = Array.from({ length: 20 }, async (_, writer) => {
		for (let turn = 0; turn < 5; turn++) {
			await database.transaction((tx) => appendAudit(tx, event({ subject: `writer:${writer}` })));
		}
	});
	await Promise.all(writers);
	const audit = createAudit(database);
	expect(AuditVerification.parse(await audit.verify())).toEqual({
		ok: true,
		checked: 100,
		firstBrokenSeq: null,
		problem: null,
	});
	const { events } = AuditPage.parse(await audit.list({ limit: 200 }));
	expect(events.map((entry) => entry.seq)).toEqual(Array.from({ length: 100 }, (_, index) => 100 - index));
	expect(events.at(-1)?.prevHash).toBe(GENESIS.hash);
});

test('an event vanishes with the transaction that wrote it, and the chain goes on', async () => {
	const audit = createAudit(database);
	const before = await audit.verify();
	const rolledBack = database.transaction(async (tx) => {
		await appendAudit(tx, event({ subject: 'rolled-back' }));
		throw new Error('no');
	});
	await expect(rolledBack).rejects.toThrow('no');
	await database.transaction((tx) => appendAudit(tx, event({ subject: 'next' })));
	expect(await audit.verify()).toEqual({ ...before, checked: before.checked + 1 });
	expect((await audit.list({ subject: 'rolled-back' })).events).toEqual([]);
});

test('pages go back in time without gap or overlap, also for one subject', async () => {
	const audit = createAudit(database);
	const first = await audit.list({ subject: 'writer:7', limit: 2 });
	const second = await audit.list({ subject: 'writer:7', limit: 2, before: first.nextBefore ?? 0 });
	const third = await audit.list({ subject: 'writer:7', limit: 2, before: second.nextBefore ?? 0 });
	const pages = [first, second, third];
	expect(pages.map((page) => page.events.length)).toEqual([2, 2, 1]);
	expect(third.nextBefore).toBeNull();
	const all = await audit.list({ subject: 'writer:7' });
	expect(pages.flatMap((page) => page.events)).toEqual(all.events);
});

test('a value that is a living secret or carries credentials is written without them', async () => {
	const secret = new Secret('planted-secret-value');
	const link = await database.transaction((tx) =>
		appendAudit(tx, {
			...event({ summary: `Set to ${secret.reveal()}` }),
			kind: 'instance-value.set',
			data: {
				change: { secret: false, key: 'KHAL_NATS_URL', change: 'changed', to: 'nats://user:hunter22@nats:4222' },
			},
		}),
	);
	expect(JSON.stringify(link)).not.toMatch(/planted-secret-value|hunter22/);
	expect(link.summary).toBe('Set to [secret]');
	expect(await createAudit(database).verify()).toMatchObject({ ok: true });
});

test('a short living secret does not blank a part of a name that is kept for ever, nor show itself by the gap', async () => {
	const secret = new Secret('prod');
	const change = { secret: false, key: 'REGION', change: 'changed', to: 'production' } as const;
	const link = await database.transaction((tx) =>
		appendAudit(tx, {
			...event({ summary: 'Configure prod-ledger' }),
			kind: 'instance-value.set',
			data: { change },
		}),
	);
	expect(link).toMatchObject({ summary: 'Configure prod-ledger', data: { change } });
	expect(secret.toString()).toBe('[secret]');
});

test('a field no kind knows is refused', async () => {
	const data = { change: { secret: true, key: 'TOKEN', change: 'changed', to: 'value' } } as unknown; // cast: what a bug would pass
	const bad = { ...event({}), kind: 'instance-value.set', data } as AuditEvent; // cast: the compiler refuses it too
	await expect(database.transaction((tx) => appendAudit(tx, bad))).rejects.toThrow(/to/);
});

test('an edited event, a removed one and a cut tail are found', async () => {
	const own = await freshDatabase();
	const audit = createAudit(own);
	for (let turn = 0; turn < 5; turn++) await own.transaction((tx) => appendAudit(tx, event({})));
	// Somebody with the rights of the owner of the tables.
	await own.client.$executeRaw`ALTER TABLE audit_event DISABLE TRIGGER ALL`;

	await own.client.$executeRaw`DELETE FROM audit_event WHERE seq = 5`;
	expect(await audit.verify()).toMatchObject({
		ok: false,
		firstBrokenSeq: 5,
		problem: expect.stringMatching(/missing/),
	});
	await own.client.$executeRaw`UPDATE audit_event SET actor_name = 'Nobody' WHERE seq = 3`;
	expect(await audit.verify()).toMatchObject({
		ok: false,
		firstBrokenSeq: 3,
		problem: expect.stringMatching(/was changed/),
	});
	await own.client.$executeRaw`DELETE FROM audit_event WHERE seq = 2`;
	expect(await audit.verify()).toMatchObject({
		ok: false,
		firstBrokenSeq: 2,
		problem: expect.stringMatching(/Event 2 is missing/),
	});
	await own.client.$executeRaw`DELETE FROM audit_event`;
	expect(await audit.verify()).toMatchObject({ ok: false, firstBrokenSeq: 1 });
	await own.close();
});

function event(change: Partial<Pick<AuditEvent, 'subject' | 'summary'>>): AuditEvent {
	return {
		kind: 'revision.noted',
		data: { installId: '1', revision: 1 },
		actor: { id: null, name: 'Packyard' },
		via: 'system',
		subject: 'install:1',
		summary: 'A note was written',
		at: new Date(),
		...change,
	};
}
