import { appendAudit } from '@/lib/audit';
import { messageOf, own, Secret } from '@/lib/core';
import type { SecretEntry, SecretLedger } from './schema';
import type { StepContext } from './steps/context';
import { plainValues } from './steps/deliver';
import { concealRevision, listRevisions, type StoredRevision } from './store';

type Held = Pick<
	StoredRevision,
	'number' | 'answers' | 'config' | 'archived' | 'secrets' | 'operationKind' | 'activatedAt'
>;

/**
 * What older revisions hold in clear although a later change made it secret, and it is secret still. Going back to a
 * state in which a key was secret makes nothing secret: what a newer version let everybody read stays readable. Values
 * that nobody entered (of the pack, for all packs) are known anyway. Pure.
 */
export function heldInClear<R extends Held>(
	revisions: readonly R[],
	running: Pick<StoredRevision, 'number' | 'secrets'>,
): { revision: R; keys: string[] }[] {
	const ran = revisions
		.filter(({ activatedAt, number }) => activatedAt !== null || number === running.number)
		.sort((a, b) => a.number - b.number);
	// Per key: the newest revision before a change that made it secret.
	const until = new Map<string, number>();
	for (const [index, after] of ran.entries()) {
		const before = ran[index - 1];
		if (before === undefined || after.operationKind === 'rollback') continue;
		for (const [key, { heldIn }] of Object.entries(after.secrets))
			if (heldIn === undefined && wasPlain(before, key) && Object.hasOwn(running.secrets, key))
				until.set(key, before.number);
	}
	return revisions.flatMap((revision) => {
		const keys = [...until].filter(([key, last]) => revision.number <= last && isInClear(revision, key));
		return keys.length === 0 ? [] : [{ revision, keys: keys.map(([key]) => key).sort() }];
	});
}

function isInClear({ answers, archived, config }: Held, key: string): boolean {
	const entered = Object.hasOwn(answers, key) || own(config, key)?.origin === 'answer';
	return entered || typeof own(archived, key) === 'string';
}

/** Was, even when an earlier attempt to take it out of the history got as far as this revision. */
function wasPlain(revision: Held, key: string): boolean {
	return isInClear(revision, key) || own(revision.secrets, key)?.heldIn !== undefined;
}

/** The revision without these values; those it delivered stand in its ledger like any secret. Pure. */
export function withoutValues(
	revision: StoredRevision,
	keys: readonly string[],
	facts: { heldIn: string | null; fingerprint(secret: Secret): string },
): Pick<StoredRevision, 'answers' | 'config' | 'archived' | 'secrets'> {
	const hidden = new Set(keys);
	const rest = <T>(values: Readonly<Record<string, T>>) =>
		Object.fromEntries(Object.entries(values).filter(([key]) => !hidden.has(key)));
	const secrets: SecretLedger = { ...revision.secrets };
	for (const key of keys) {
		const value = own(revision.config, key)?.value;
		if (value === undefined) continue;
		const entry: SecretEntry = {
			fingerprint: facts.fingerprint(new Secret(value)),
			setBy: revision.createdBy,
			setAt: revision.createdAt,
		};
		secrets[key] = { ...entry, ...(facts.heldIn === null ? {} : { heldIn: facts.heldIn }) };
	}
	const archived = Object.fromEntries(
		Object.entries(revision.archived).filter(([key, value]) => !(hidden.has(key) && typeof value === 'string')),
	);
	return { answers: rest(revision.answers), config: rest(revision.config), archived, secrets };
}

/**
 * Once what made values secret has succeeded, take them out of the history (facts: peers, 5.A.1): in the cluster they
 * move from the ConfigMaps of older revisions to Secrets, here they are forgotten. Going back still finds them. To be
 * called while the operation is still open. Never throws: what could not be moved now is moved by the next operation.
 */
export async function concealOldValues(
	{ db, runner, install, operation, revision: running, say }: StepContext,
	fingerprint: (secret: Secret) => string,
): Promise<void> {
	if (running === null) return;
	const { namespace, release } = install;
	try {
		for (const { revision, keys } of heldInClear(await listRevisions(db.client, install.id), running)) {
			const { number } = revision;
			const { config } = withoutValues(revision, keys, { heldIn: null, fingerprint });
			const place = { namespace, release, operationId: operation.id, revision: number, by: running.number };
			const heldIn =
				revision.chart === null
					? null
					: (await runner.concealEnvironment({ ...place, keys, config: plainValues(config) })).secretName;
			await db.transaction(async (tx) => {
				const forgotten = withoutValues(revision, keys, { heldIn, fingerprint });
				await concealRevision(tx, { installId: install.id, number }, forgotten);
				await appendAudit(tx, {
					actor: { id: null, name: 'Packyard' },
					via: 'worker',
					kind: 'revision.concealed',
					subject: `install:${install.id}`,
					summary: `Values of revision ${number} of ${install.packName} that are secret now are no longer kept in clear`,
					at: new Date(),
					data: { installId: install.id, operationId: operation.id, revision: number, keys },
				});
			});
			say('info', `${keys.join(', ')} of revision ${number} is no longer kept in clear.`);
		}
	} catch (error) {
		say('warn', `What older revisions hold in clear could not be moved yet: ${messageOf(error)}`);
	}
}
