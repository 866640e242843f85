import { type AuditEvent, appendAudit } from '@/lib/audit';
import {
	type AddException,
	type Policy,
	type PolicyRules,
	powerWords,
	type ReplacePolicy,
} from '@/lib/contracts/policy';
import { PowerCode } from '@/lib/contracts/runner';
import { AppError } from '@/lib/core';
import type { Database, Db, Tx } from '@/lib/db';
import { defaultRules, type PackPolicy } from './rules';
import { createException, deleteException, listExceptions, readPolicy, writePolicy } from './store';

/** Who does something, and through what. */
type By = { id: string | null; name: string; via: AuditEvent['via'] };

export type PolicyService = {
	get(): Promise<Policy>;
	/** What holds for one pack now: the rules and its exceptions. */
	forPack(packId: string): Promise<PackPolicy>;
	/** Throws AppError('conflict') when somebody changed it after `revision`. Nothing changed: nothing is written. */
	replace(input: ReplacePolicy, by: By): Promise<Policy>;
	/** Throws AppError: `not_found`, `conflict` when the policy does not refuse this power or the exception is there. */
	addException(input: AddException, by: By): Promise<Policy>;
	/** Throws AppError('not_found'). */
	removeException(id: string, by: By): Promise<Policy>;
};

/** What packs may gain, as an owner decides it. Every change is audited in its own transaction. */
export function createPolicy({ db, now = () => new Date() }: { db: Database; now?: () => Date }): PolicyService {
	return {
		get: () => viewOf(db.client),
		async forPack(packId) {
			const [{ verdicts, returnAfterFailure }, exceptions] = await Promise.all([
				readPolicy(db.client),
				listExceptions(db.client, { packId }),
			]);
			return { verdicts, returnAfterFailure, exceptions };
		},
		replace: (input, by) =>
			db.transaction(async (tx) => {
				const before = await readPolicy(tx);
				const changes = changesBetween(before, input);
				if (changes.length === 0 && before.revision === input.revision) return viewOf(tx);
				await writePolicy(tx, input, { basis: input.revision, by, at: now() });
				await appendAudit(tx, {
					...stamp(by, now()),
					kind: 'policy.changed',
					summary: `Changed the policy: ${changes.map(({ key }) => key).join(', ')}`,
					data: { revision: input.revision + 1, changes },
				});
				return viewOf(tx);
			}),
		addException: (input, by) =>
			db.transaction(async (tx) => {
				const { verdicts } = await readPolicy(tx);
				const { name } = powerWords[input.power];
				if (verdicts[input.power] !== 'refuse') {
					throw new AppError('conflict', `The policy does not refuse “${name}”, so no exception is needed.`, {
						hint: 'Plan again.',
					});
				}
				const exception = await createException(tx, { ...input, by });
				const { id: exceptionId, packId, packName: pack, power, reason } = exception;
				await appendAudit(tx, {
					...stamp(by, now()),
					kind: 'policy.exception-added',
					summary: `Allowed “${name}” for ${pack}: ${reason}`,
					data: { exceptionId, packId, pack, power, reason },
				});
				return viewOf(tx);
			}),
		removeException: (id, by) =>
			db.transaction(async (tx) => {
				const { packId, packName: pack, power, reason } = await deleteException(tx, id);
				await appendAudit(tx, {
					...stamp(by, now()),
					kind: 'policy.exception-removed',
					summary: `No longer allows “${powerWords[power].name}” for ${pack}`,
					data: { exceptionId: id, packId, pack, power, reason },
				});
				return viewOf(tx);
			}),
	};
}

async function viewOf(db: Db | Tx): Promise<Policy> {
	return { ...(await readPolicy(db)), defaults: defaultRules, exceptions: await listExceptions(db) };
}

/** Key by key, as an auditor asks for it. */
function changesBetween(before: PolicyRules, after: PolicyRules): { key: string; from: string; to: string }[] {
	const pairs = [
		...PowerCode.options.map((code) => ({ key: code, from: before.verdicts[code], to: after.verdicts[code] })),
		{
			key: 'return-after-failure',
			from: String(before.returnAfterFailure),
			to: String(after.returnAfterFailure),
		},
	];
	return pairs.filter(({ from, to }) => from !== to);
}

function stamp(by: By, at: Date) {
	return { actor: { id: by.id, name: by.name }, via: by.via, subject: 'policy', at };
}
