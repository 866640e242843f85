import type { SourceConfig } from '@/lib/contracts/source-config';
import { createBundleSource } from './bundle/pack-source';
import { type ConnectionOptions, openConnections } from './connections';
import { runDoctor } from './doctor';
import { matchesHost } from './http/policy';
import { listingOf } from './listings';
import { assemblePackSource } from './pack-source';
import type { PackSource } from './source';

const MOST_WARNINGS = 20;

/** A source, ready to be asked. Nothing is sent before the first question. */
export function createPackSource(config: SourceConfig, options: ConnectionOptions): PackSource {
	if (config.kind === 'bundle') return createBundleSource(config, options);
	const warnings: string[] = [];
	const connections = openConnections(config, {
		...options,
		onWarning(text, host) {
			warnings.push(`${host}: ${text}`);
			warnings.splice(0, Math.max(0, warnings.length - MOST_WARNINGS));
		},
	});
	const registryHost = connections.endpoints.registry?.host ?? null;
	return assemblePackSource({
		kind: config.kind,
		clients: connections,
		listing: listingOf(config, connections),
		registryHost,
		hostAliases: config.hostAliases,
		serves: async (host) =>
			host === registryHost ||
			host in config.hostAliases ||
			config.allowedHosts.some((pattern) => matchesHost(pattern, host)),
		now: options.now ?? (() => new Date()),
		probe: (signal) => runDoctor(config, { ...options, ...(signal ? { signal } : {}) }),
		warnings: () => [...warnings],
		close: () => connections.close(),
	});
}
