import { SourceConfig } from '@/lib/contracts/source-config';
import type { SourceDetail, SourceSummary } from '@/lib/contracts/sources';
import type { PackSource } from '@/lib/registry';
import type { SourceClients } from './clients';
import type { StoredSource, SyncProgress } from './store';

type Facts = {
	packs: number;
	/** How far the reading in this process is. */
	running: SyncProgress | null;
	now: Date;
};

/** What lists show of a source; never a credential, only whether one is set. */
export function toSummary(row: StoredSource, clients: SourceClients, facts: Facts): SourceSummary {
	const config = SourceConfig.parse(row.config);
	const credential = clients.credential(row, 'credential').state;
	const npmCredential = clients.credential(row, 'npmCredential').state;
	const isRead = row.pollerUntil !== null && row.pollerUntil > facts.now;
	const progress = facts.running ?? (isRead ? row.progress : null);
	const lost = credential === 'needs-re-entry' || npmCredential === 'needs-re-entry';
	return {
		id: row.id,
		kind: config.kind,
		name: row.name,
		address: addressOf(config),
		enabled: row.enabled,
		credential,
		npmCredential,
		health:
			progress !== null
				? 'syncing'
				: lost || row.problem !== null
					? 'failing'
					: row.lastGoodSyncAt === null
						? 'never'
						: 'good',
		packs: facts.packs,
		lastGoodSyncAt: row.lastGoodSyncAt,
		lastTriedAt: row.lastTriedAt,
		problem: lost ? 'The stored credential cannot be decrypted any more.' : row.problem,
		hint: lost ? 'Enter it again, or name the earlier secret in PACKYARD_SECRET_PREVIOUS and start again.' : row.hint,
		progress,
		readOnlyReason: readOnlyReason(row),
	};
}

export function toDetail(
	row: StoredSource,
	summary: SourceSummary,
	facts: { installs: { live: number; removed: number }; open: PackSource | null },
): SourceDetail {
	const state = facts.open?.state() ?? null;
	return {
		...summary,
		config: SourceConfig.parse(row.config),
		createdAt: row.createdAt,
		installs: facts.installs.live + facts.installs.removed,
		notDeletableReason: readOnlyReason(row) ?? keptReason(facts.installs),
		token: state?.token ?? null,
		warnings: state?.warnings ?? [],
	};
}

/** Null when an admin may change it; else where it comes from. */
export function readOnlyReason({ managedBy }: StoredSource): string | null {
	if (managedBy === 'admin') return null;
	if (managedBy === 'sandbox') {
		return 'This is the built-in sandbox. It goes away when real registries and a cluster are configured.';
	}
	return 'It is described by the settings of the server (PACKYARD_GITHUB_ORG and those around it); change it there.';
}

/** Null when nothing keeps a source from being deleted. */
export function keptReason({ live, removed }: { live: number; removed: number }): string | null {
	if (live + removed === 0) return null;
	const parts = [
		...(live === 0 ? [] : [`${live} ${live === 1 ? 'install comes' : 'installs come'} from it`]),
		...(removed === 0 ? [] : [`the history of ${removed} removed ${removed === 1 ? 'install' : 'installs'} needs it`]),
	];
	return `${parts.join(' and ').replace(/^./, (letter) => letter.toUpperCase())}. Switch the source off instead.`;
}

/** `oci://` with the host that packs declare, even when it is read from a mirror or the sandbox. */
export function describeChart(config: SourceConfig, chart: { host: string; repository: string }): string {
	const declared = Object.entries(config.hostAliases).find(([, actual]) => actual === chart.host)?.[0];
	return `oci://${declared ?? chart.host}/${chart.repository}`;
}

function addressOf(config: SourceConfig): string {
	if (config.kind === 'github') return `${config.registry.host}/${config.org}`;
	if (config.kind === 'npm') return `${new URL(config.url).host}/${config.scope}`;
	if (config.kind === 'bundle') return config.index.slice(0, 19);
	const { discovery, registry } = config;
	if (discovery.by === 'index') return `${registry.host}/${discovery.reference}`;
	if (discovery.by === 'catalog') return `${registry.host}/${discovery.prefix}`;
	if (discovery.by === 'harbor') return `${registry.host}/${discovery.project}`;
	const [first = '', ...others] = discovery.repositories;
	return others.length === 0 ? `${registry.host}/${first}` : `${registry.host}/${first} and ${others.length} more`;
}
