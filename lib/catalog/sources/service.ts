import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { type AuditEvent, appendAudit } from '@/lib/audit';
import { powerWords } from '@/lib/contracts/policy';
import { PowerCode } from '@/lib/contracts/runner';
import { type SourceConfig, SourceConfig as SourceConfigSchema } from '@/lib/contracts/source-config';
import type {
	CreateSource,
	DoctorReport,
	PatchSource,
	SourceDetail,
	SourceList,
	TestSource,
} from '@/lib/contracts/sources';
import { AppError, isAppError, Secret } from '@/lib/core';
import { type Database, violatedConstraint } from '@/lib/db';
import { canonicalJson } from '@/lib/digest';
import { type ConnectionOptions, createPackSource } from '@/lib/registry';
import type { SourceClients } from './clients';
import { audienceOf, resealed, sealCredential, type Vault } from './credentials';
import type { Poller } from './poller';
import {
	type CredentialName,
	countInstalls,
	countPacks,
	createSource,
	deleteSource,
	getSource,
	listSources,
	type Sealed,
	type StoredSource,
	updateSource,
} from './store';
import { keptReason, readOnlyReason, toDetail, toSummary } from './summary';

/** Who does something, and through what. */
export type By = { id: string | null; name: string; via: AuditEvent['via'] };

/** Sources as an admin manages them. Every change is audited in its own transaction. */
export type Sources = {
	list(): Promise<SourceList>;
	/** Throws AppError('not_found'). */
	get(id: string): Promise<SourceDetail>;
	/** Throws `conflict` for a name that is taken. Reads the source at once when it is enabled. */
	create(input: z.output<typeof CreateSource>, by: By): Promise<SourceDetail>;
	/** Throws `forbidden` for a managed source, `invalid_request` when a credential has to be entered again. */
	patch(id: string, input: z.output<typeof PatchSource>, by: By): Promise<SourceDetail>;
	/** Throws `conflict` with the reason while installs come from it. */
	remove(id: string, by: By): Promise<void>;
	/** The doctor for a stored source; a problem is a finding, not an error. */
	doctor(id: string, signal?: AbortSignal): Promise<DoctorReport>;
	/** The doctor for a configuration that is not saved. */
	test(input: z.output<typeof TestSource>, signal?: AbortSignal): Promise<DoctorReport>;
};

type Options = {
	db: Database;
	vault: Vault;
	clients: SourceClients;
	poller: Poller;
	network: Network;
	now: () => Date;
};
/** What a test of settings that are not saved goes through, too. */
type Network = Pick<ConnectionOptions, 'proxies'>;
type Change = Parameters<typeof updateSource>[2];

const credentialNames: readonly CredentialName[] = ['credential', 'npmCredential'];

export function createSources({ db, vault, clients, poller, network, now }: Options): Sources {
	async function get(id: string): Promise<SourceDetail> {
		const row = await getSource(db.client, id);
		const packs = (await countPacks(db.client)).get(id) ?? 0;
		const summary = toSummary(row, clients, { packs, running: poller.progress(id), now: now() });
		return toDetail(row, summary, { installs: await countInstalls(db.client, id), open: clients.peek(id) });
	}

	/** What a patch changes in the row; credentials are sealed here and nowhere else. */
	function changeOf(row: StoredSource, input: z.output<typeof PatchSource>): Change {
		const config = SourceConfigSchema.parse(row.config);
		if (input.config !== undefined && input.config.kind !== config.kind) {
			throw new AppError('invalid_request', `A source of the kind ${config.kind} cannot become another kind.`, {
				hint: 'Add a new source, and switch this one off.',
				invalidParams: [{ name: 'config.kind', reason: `must stay ${config.kind}` }],
			});
		}
		for (const name of credentialNames) refuseNewAudience(row, config, { name, input });
		return {
			...(input.name === undefined ? {} : { name: input.name }),
			...(input.enabled === undefined ? {} : { enabled: input.enabled }),
			...(input.config === undefined ? {} : { config: input.config }),
			...sealGiven(row.id, input),
		};
	}

	function sealGiven(id: string, input: { credential?: string | null; npmCredential?: string | null }) {
		const sealed: Partial<Record<CredentialName, Sealed | null>> = {};
		for (const name of credentialNames) {
			const text = input[name];
			if (text !== undefined) sealed[name] = text === null ? null : sealCredential(vault, id, name, new Secret(text));
		}
		return sealed;
	}

	/** The credential a test may use: the given one, else the stored one of the same source for the same audience. */
	async function credentialFor(input: z.output<typeof TestSource>, name: CredentialName): Promise<Secret | null> {
		const text = input[name];
		if (text !== undefined) return new Secret(text);
		if (input.sourceId === undefined) return null;
		const row = await getSource(db.client, input.sourceId);
		const { secret } = clients.credential(row, name);
		if (secret === null) return null;
		if (audienceOf(input.config, name) === audienceOf(SourceConfigSchema.parse(row.config), name)) return secret;
		throw reEntry(name);
	}

	return {
		get,
		async list() {
			const counts = await countPacks(db.client);
			const rows = await listSources(db.client);
			return {
				sources: rows.map((row) =>
					toSummary(row, clients, { packs: counts.get(row.id) ?? 0, running: poller.progress(row.id), now: now() }),
				),
			};
		},
		async create(input, by) {
			const id = randomUUID();
			const sealed = sealGiven(id, input);
			const { name, config, enabled } = input;
			await refuseTakenName(name, () =>
				db.transaction(async (tx) => {
					const { credential = null, npmCredential = null } = sealed;
					await createSource(tx, { id, name, config, enabled, credential, npmCredential });
					await appendAudit(tx, {
						kind: 'source.created',
						...stamp(id, by, now()),
						summary: `Added the source ${name}`,
						data: { sourceId: id, name, kind: config.kind, credentialSet: credential !== null },
					});
				}),
			);
			if (enabled) await poller.sync(id);
			return get(id);
		},
		async patch(id, input, by) {
			const row = await getSource(db.client, id);
			refuseManaged(row);
			const change = changeOf(row, input);
			const fields = changedFields(row, change);
			if (fields.length === 0) return get(id);
			// A reading with the old settings must not write after the new ones are in place.
			const isAboutReading = fields.some((field) => field !== 'name');
			if (isAboutReading) await poller.cancel(id);
			await refuseTakenName(input.name ?? row.name, () =>
				db.transaction(async (tx) => {
					await updateSource(tx, id, change);
					const after = await getSource(tx, id);
					await appendAudit(tx, {
						kind: 'source.changed',
						...stamp(id, by, now()),
						summary: `Changed ${fields.join(', ')} of the source ${after.name}`,
						data: {
							sourceId: id,
							name: after.name,
							kind: SourceConfigSchema.parse(after.config).kind,
							fields,
							credentialSet: after.credential !== null,
						},
					});
				}),
			);
			if (isAboutReading && (input.enabled ?? row.enabled)) await poller.sync(id);
			return get(id);
		},
		async remove(id, by) {
			const row = await getSource(db.client, id);
			refuseManaged(row);
			await poller.cancel(id);
			const packs = (await countPacks(db.client)).get(id) ?? 0;
			await db.transaction(async (tx) => {
				const reason = keptReason(await countInstalls(tx, id));
				if (reason !== null) throw new AppError('conflict', `${row.name} cannot be deleted.`, { hint: reason });
				const lost = await deleteSource(tx, id);
				await appendAudit(tx, {
					kind: 'source.deleted',
					...stamp(id, by, now()),
					summary: `Deleted the source ${row.name} with ${packs} packs`,
					data: { sourceId: id, name: row.name, kind: SourceConfigSchema.parse(row.config).kind, packs },
				});
				for (const { id: exceptionId, packId, pack, power, reason } of lost) {
					await appendAudit(tx, {
						kind: 'policy.exception-removed',
						...stamp(id, by, now()),
						subject: 'policy',
						summary: `No longer allows “${powerWords[PowerCode.parse(power)].name}” for ${pack}: its source ${row.name} was deleted`,
						data: { exceptionId, packId, pack, power, reason },
					});
				}
			});
		},
		async doctor(id, signal) {
			try {
				return await (await clients.open(id)).source.probe(signal);
			} catch (error) {
				if (!isAppError(error) || error.details.credential !== 'needs-re-entry') throw error;
				const nextStep = error.hint ?? null;
				return {
					result: 'fail',
					steps: [{ step: 'token', result: 'fail', code: null, detail: error.message, nextStep }],
				};
			}
		},
		async test(input, signal) {
			const credential = await credentialFor(input, 'credential');
			const npmCredential = await credentialFor(input, 'npmCredential');
			const source = createPackSource(input.config, { ...network, credential, npmCredential });
			return source.probe(signal).finally(() => source.close());
		},
	};
}

/** Encrypt with the current key what was encrypted with an earlier one. Returns how many sources changed. */
export async function resealAll(db: Database, vault: Vault): Promise<number> {
	let count = 0;
	for (const row of await listSources(db.client)) {
		const fresh = resealed(vault, row);
		if (Object.keys(fresh).length === 0) continue;
		await updateSource(db.client, row.id, fresh);
		count++;
	}
	return count;
}

function refuseManaged(row: StoredSource): void {
	const reason = readOnlyReason(row);
	if (reason !== null) throw new AppError('forbidden', `${row.name} cannot be changed here.`, { hint: reason });
}

/** See `audienceOf`: a kept credential goes only where it went before. */
function refuseNewAudience(
	row: StoredSource,
	before: SourceConfig,
	{ name, input }: { name: CredentialName; input: z.output<typeof PatchSource> },
): void {
	if (row[name] === null || input[name] !== undefined || input.config === undefined) return;
	if (audienceOf(before, name) !== audienceOf(input.config, name)) throw reEntry(name);
}

function reEntry(name: CredentialName): AppError {
	return new AppError('invalid_request', 'The stored credential is not sent to another address than before.', {
		hint: 'Enter the credential again, or remove it.',
		invalidParams: [{ name, reason: 'must be entered again, because the place it is sent to changes' }],
	});
}

/** Names of what is different afterwards; a credential that was entered counts as changed. */
function changedFields(row: StoredSource, change: Change): string[] {
	const fields: string[] = [];
	if (change.name !== undefined && change.name !== row.name) fields.push('name');
	if (change.enabled !== undefined && change.enabled !== row.enabled) fields.push('enabled');
	if (change.config !== undefined) {
		const before = new Map(Object.entries(SourceConfigSchema.parse(row.config)));
		for (const [key, value] of Object.entries(change.config)) {
			if (canonicalJson(value) !== canonicalJson(before.get(key) ?? null)) fields.push(key);
		}
	}
	for (const name of credentialNames) {
		const value = change[name];
		if (value !== undefined && (value !== null || row[name] !== null)) fields.push(name);
	}
	return fields;
}

async function refuseTakenName<T>(name: string, work: () => Promise<T>): Promise<T> {
	return work().catch((error: unknown) => {
		if (violatedConstraint(error) === undefined) throw error;
		throw new AppError('conflict', `There is another source called ${name}.`, {
			hint: 'Give it another name.',
			invalidParams: [{ name: 'name', reason: 'is taken' }],
			cause: error,
		});
	});
}

function stamp(id: string, by: By, at: Date) {
	return { actor: { id: by.id, name: by.name }, via: by.via, subject: `source:${id}`, at };
}
