import { AppError } from '@/lib/core';
import { readVersion } from './read-version';
import type { SourceClients } from './sources/clients';
import { describeChart } from './sources/summary';
import type { ReadVersion, StoredPack, StoredVersion } from './store';

/**
 * A version as its source has it now, with the manifest an admin attached to it; asks the registry. `digest` pins the
 * chart to those bytes, wherever the tag points by then. Throws AppError: `not_found` when it is no longer listed.
 */
export async function readAgain(
	clients: SourceClients,
	what: { pack: StoredPack; version: StoredVersion; digest?: string; signal?: AbortSignal },
): Promise<ReadVersion> {
	const { pack, version, digest, signal } = what;
	const { source, config } = await clients.open(pack.sourceId);
	const discovered = (await source.discover(signal)).find(({ name }) => name === pack.key);
	const listed =
		discovered && (await source.versions(discovered, signal)).find((one) => one.version === version.version);
	if (discovered === undefined || listed === undefined) {
		throw new AppError('not_found', `The source no longer lists ${pack.name} ${version.version}.`, {
			hint: 'Sync the source, and try again when the version is listed again.',
		});
	}
	const pinned = digest === undefined ? {} : { manifestDigest: digest };
	return readVersion({
		source,
		pack: discovered,
		packId: pack.id,
		version: listed.chart === null ? listed : { ...listed, chart: { ...listed.chart, ...pinned } },
		attached: version.attached?.raw ?? null,
		describe: (chart) => describeChart(config, chart),
		elsewhere: async (host) => {
			const other = await clients.serving(host, pack.sourceId);
			return other && { source: other.source, describe: (chart) => describeChart(other.config, chart) };
		},
		signal,
	});
}
