import { appendAudit } from '@/lib/audit';
import type { AttachManifest } from '@/lib/contracts/packs';
import { AppError } from '@/lib/core';
import type { Database } from '@/lib/db';
import { sha256 } from '@/lib/digest';
import { parseManifest } from '@/lib/manifest';
import { readAgain } from './read-again';
import type { SourceClients } from './sources/clients';
import type { By } from './sources/service';
import { getPack, getVersion, replaceVersion, type StoredPack, type StoredVersion, saveAttachment } from './store';
import { digestPack } from './sync-pack';

/** Manifests for versions that were published without a usable one. */
export function createAttachments({ db, clients, now }: { db: Database; clients: SourceClients; now: () => Date }) {
	async function reread(pack: StoredPack, version: StoredVersion): Promise<void> {
		// Attaching a manifest is no decision about a tag that has moved since: the chart stays the one first seen.
		const seen = version.chart === null ? {} : { digest: version.chart.manifestDigest };
		const read = await readAgain(clients, { pack, version, ...seen });
		await replaceVersion(db.client, read);
		await digestPack(db.client, pack.id, { name: pack.key, updatedAt: pack.updatedAt });
	}

	/**
	 * Attach a `khal-app.json` to a version that ships none, or one that cannot be used. Audited with its digest. Throws
	 * `invalid_request` with the reasons when it cannot be used, `conflict` when the publisher ships a usable one.
	 */
	async function attachManifest(
		place: { slug: string; version: string },
		{ manifest: raw, reason }: AttachManifest,
		by: By,
	): Promise<void> {
		const pack = await getPack(db.client, { slug: place.slug });
		const version = await getVersion(db.client, pack.id, place.version);
		if (version.manifestOrigin !== null && version.manifestOrigin !== 'attached' && version.blockers.length === 0) {
			throw new AppError('conflict', `${pack.name} ${version.version} has a manifest of its publisher.`, {
				hint: 'A manifest can be attached only to a version that ships none, or one that cannot be used.',
			});
		}
		refuseUnusable(raw);
		const at = now();
		const digest = sha256(raw);
		await db.transaction(async (tx) => {
			await saveAttachment(tx, { packId: pack.id, version: version.version }, { raw, by: by.name, at });
			await appendAudit(tx, {
				kind: 'manifest.attached',
				actor: { id: by.id, name: by.name },
				via: by.via,
				subject: `pack:${pack.id}`,
				summary: `Attached a manifest to ${pack.name} ${version.version}${reason ? `: ${reason}` : ''}`,
				at,
				data: { packId: pack.id, version: version.version, manifestDigest: digest },
			});
		});
		await reread(pack, await getVersion(db.client, pack.id, version.version));
	}

	return { attachManifest };
}

function refuseUnusable(raw: string): void {
	const { manifest, blockers } = parseManifest(raw);
	if (manifest !== null && blockers.length === 0) return;
	const reasons = blockers.map(({ message }) => message);
	throw new AppError('invalid_request', 'This manifest cannot be used.', {
		hint: reasons[0] ?? 'It is not a khal-app.json.',
		invalidParams: reasons.map((reason) => ({ name: 'manifest', reason })),
	});
}
