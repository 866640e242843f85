import { isAppError } from '@/lib/core';
import type { Db } from '@/lib/db';
import type { DiscoveredPack, DiscoveredVersion } from '@/lib/registry';
import { latestOf, packFacts } from './facts';
import { markVersions } from './marks/store';
import { newestFirst } from './order';
import { compareTag, planSync, type SyncPlan } from './plan';
import { readVersion, unreadableVersion } from './read-version';
import {
	getVersion,
	listInstalledVersions,
	listKnownVersions,
	listOutlines,
	type ReadVersion,
	replaceVersion,
	saveNotes,
	updatePack,
} from './store';
import type { SyncInput } from './sync';
import type { OpenPack, Writer } from './writer';

export type PackReport = { read: number; added: number; vanished: number; moved: number };

type Known = Awaited<ReturnType<typeof listKnownVersions>>;

type Reading = SyncInput & { writer: Writer };

/** Notes are often published a little after the artifacts; older versions without any have none. */
const NEWEST_WITHOUT_NOTES = 3;

/** Compare the versions of one pack with the registry's, read what is new, and keep what is known. */
export async function readPack(
	input: Reading,
	pack: DiscoveredPack,
	seen: { packId: string | null; fingerprint: string; watched: 'all' | 'installed' | 'none' },
): Promise<PackReport> {
	const { source, signal } = input;
	const db = input.db.client;
	const versions = await source.versions(pack, signal);
	const open = input.writer.open(pack, seen.packId);
	const packId = open.id;
	const known = seen.packId === null ? [] : await listKnownVersions(db, packId);
	const plan = planSync(versions, known);
	if (seen.watched !== 'none') {
		const wanted = seen.watched === 'installed' ? await listInstalledVersions(db, packId) : null;
		await watchTags(input, { wanted, versions, known, plan });
	}
	await markVersions(db, packId, plan);
	await readVersions(input, { pack, open, versions: plan.read, known });
	await findLateNotes(input, { pack, packId, versions, known });
	// Last, so that a pack that was read half is looked at again.
	if (!open.finish(seen.fingerprint)) {
		await open.saved();
		await digestPack(db, packId, pack, {
			missingSyncs: 0,
			fingerprint: seen.fingerprint,
			...(seen.packId === null || seen.watched === 'all' ? { lookedAt: input.now() } : {}),
		});
	}
	const added = plan.read.filter(({ version }) => !known.some((old) => old.version === version)).length;
	return { read: plan.read.length, added, vanished: plan.vanished.length, moved: plan.moved.length };
}

async function readVersions(
	input: Reading,
	what: { pack: DiscoveredPack; open: OpenPack; versions: readonly DiscoveredVersion[]; known: Known },
): Promise<void> {
	for (const version of what.versions) {
		input.signal.throwIfAborted();
		const old = what.known.find((candidate) => candidate.version === version.version) ?? null;
		const read = await readOne(input, { pack: what.pack, packId: what.open.id, version, old });
		if (read === null) continue;
		if (old === null) await what.open.add(read);
		else {
			await input.artifacts.flush();
			await replaceVersion(input.db.client, read);
		}
	}
}

/** Null when it cannot be read now and more is known from before. */
async function readOne(
	input: SyncInput,
	what: { pack: DiscoveredPack; packId: string; version: DiscoveredVersion; old: Known[number] | null },
): Promise<ReadVersion | null> {
	const { pack, packId, version, old } = what;
	try {
		const read = await readVersion({
			source: input.source,
			describe: input.describe,
			elsewhere: input.elsewhere,
			signal: input.signal,
			pack,
			packId,
			version: asFirstSeen(version, old),
			attached: old?.attached ?? null,
		});
		// A chart that was found once and cannot be found now is no reason to forget it.
		return read.chart === null && old !== null && old.chartDigest !== null ? null : read;
	} catch (error) {
		// The registry answers, but what it has of this one version is of no use: the others are still good.
		if (!isAppError(error) || !PUBLISHED_BADLY.includes(error.code)) throw error;
		return old === null ? unreadableVersion(packId, version, error) : null;
	}
}

const PUBLISHED_BADLY: readonly string[] = ['integrity_mismatch', 'upstream_invalid', 'too_large', 'not_found'];

/** A version keeps the chart it was first seen with, even when it is read again after its tag was moved. */
function asFirstSeen(version: DiscoveredVersion, old: Known[number] | null): DiscoveredVersion {
	if (version.chart === null || old === null || old.chartDigest === null) return version;
	return { ...version, chart: { ...version.chart, manifestDigest: old.chartDigest } };
}

/** Where the listing tells no digests, tags are asked for one by one: those in `wanted`, null = all. */
async function watchTags(
	input: SyncInput,
	what: { wanted: Set<string> | null; versions: readonly DiscoveredVersion[]; known: Known; plan: SyncPlan },
): Promise<void> {
	for (const { version, chart } of what.versions) {
		const old = what.known.find((candidate) => candidate.version === version);
		if (what.wanted?.has(version) === false || old === undefined) continue;
		if (chart === null || chart.manifestDigest !== null || old.chartDigest === null) continue;
		const digest = await input.source
			.tagDigest(chart, input.signal)
			.catch((error: unknown) => (isAppError(error, 'not_found') ? null : Promise.reject(error)));
		if (digest !== null) compareTag(what.plan, old, digest);
	}
}

async function findLateNotes(
	input: SyncInput,
	what: { pack: DiscoveredPack; packId: string; versions: readonly DiscoveredVersion[]; known: Known },
): Promise<void> {
	for (const version of what.versions.slice(0, NEWEST_WITHOUT_NOTES)) {
		const old = what.known.find((candidate) => candidate.version === version.version);
		if (old === undefined || old.hasNotes || old.incomplete) continue;
		const notes = await input.source.notes(what.pack, asFirstSeen(version, old), input.signal);
		if (notes !== null) await saveNotes(input.db.client, { packId: what.packId, version: version.version }, notes.text);
	}
}

/** What a list shows of a pack, from its newest stable version (or the newest of all when none is stable). */
export async function digestPack(
	db: Db,
	packId: string,
	pack: { name: string; updatedAt: string | null },
	seen: Parameters<typeof updatePack>[2] = {},
): Promise<void> {
	const versions = (await listOutlines(db, packId)).sort(newestFirst);
	const newest = latestOf(versions);
	const latest = newest && (await getVersion(db, packId, newest.version));
	const named = latest?.manifest ? null : await newestManifest(db, packId, versions);
	await updatePack(db, packId, { ...seen, ...packFacts(pack, versions, { latest, named }) });
}

/** The manifest of the newest version that has one with a name, for packs whose newest has none. */
async function newestManifest(db: Db, packId: string, versions: readonly { version: string; described: boolean }[]) {
	for (const { version, described } of versions) {
		if (!described) continue;
		const { manifest } = await getVersion(db, packId, version);
		if (manifest !== null && manifest.id !== '') return manifest;
	}
	return null;
}
