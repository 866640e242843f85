import { AppError } from '@/lib/core';
import type { EnvVar } from './schema';
import { isSecretVar } from './secret-var';

/** Who supplied a value, strongest first (DESIGN section 4). */
export type ValueOrigin = 'answer' | 'instance' | 'pack' | 'default';

export type EnvironmentSources = {
	contract: readonly EnvVar[];
	/** Plain answers only; a secret among them is refused. */
	answers: Readonly<Record<string, string>>;
	/** Set by the owner for all packs (`KHAL_ORG_ID`, `KHAL_NATS_URL` …); delivered even when a pack does not declare them. */
	instanceValues: Readonly<Record<string, string>>;
	/** The pack's own values: `manifest.backend.env`. */
	staticEnv: Readonly<Record<string, string>>;
};

export type ResolvedEnvironment = {
	/** For the ConfigMap. */
	config: Record<string, string>;
	/** Where each value of `config` came from. */
	origins: Record<string, ValueOrigin>;
	/** For the Secret: every key of the contract that belongs there. Values never pass through here. */
	secretKeys: string[];
	/**
	 * Published or instance-wide values of secret keys, for the Secret when no answer is stored. Not secret by
	 * themselves (they stand in the manifest), but the key has to be delivered the same way in every revision.
	 */
	secretFallbacks: Record<string, string>;
};

/**
 * The plain environment of one revision: answer, else instance value, else the pack's own value, else the default.
 * Throws `invalid_request` when an answer for a secret key is passed in.
 */
export function resolveEnvironment(sources: EnvironmentSources): ResolvedEnvironment {
	const secrets = new Set(sources.contract.filter(isSecretVar).map((variable) => variable.key));
	for (const key of Object.keys(sources.answers)) {
		if (secrets.has(key))
			throw new AppError('invalid_request', `${key} is a secret and cannot be stored as plain configuration.`);
	}
	const defaults = sources.contract.flatMap((variable): [string, string][] =>
		variable.default === null ? [] : [[variable.key, variable.default]],
	);
	const layers: readonly [ValueOrigin, Iterable<[string, string]>][] = [
		['default', defaults],
		['pack', Object.entries(sources.staticEnv)],
		['instance', Object.entries(sources.instanceValues)],
		['answer', Object.entries(sources.answers)],
	];
	const values = new Map<string, { value: string; origin: ValueOrigin }>();
	for (const [origin, entries] of layers) {
		for (const [key, value] of entries) if (value !== '') values.set(key, { value, origin });
	}
	const resolved = [...values].sort(([a], [b]) => (a < b ? -1 : 1));
	const plain = resolved.filter(([key]) => !secrets.has(key));
	return {
		config: Object.fromEntries(plain.map(([key, { value }]) => [key, value])),
		origins: Object.fromEntries(plain.map(([key, { origin }]) => [key, origin])),
		secretKeys: [...secrets].sort(),
		secretFallbacks: Object.fromEntries(
			resolved.filter(([key]) => secrets.has(key)).map(([key, { value }]) => [key, value]),
		),
	};
}
