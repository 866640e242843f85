import type { ContractStep, EnvVar, Manifest } from '@/lib/manifest';

/** A contract key for tests: an optional plain text unless said otherwise. A secret goes to the vault by itself. */
export function envVar(key: string, fields: Partial<EnvVar> = {}): EnvVar {
	const storage = fields.type === 'secret' ? 'vault' : 'config';
	return {
		key,
		description: '',
		required: false,
		default: null,
		type: 'string',
		storage,
		declaredBy: 'env',
		...fields,
	};
}

/** A normalised manifest for tests: a backend with a chart, no powers, and the given contract. */
export function manifestOf(contract: EnvVar[], fields: Partial<Manifest> = {}): Manifest {
	return {
		id: 'demo',
		name: 'Demo',
		version: '1.0.0',
		kind: 'app',
		description: '',
		author: '',
		icon: null,
		license: null,
		repository: null,
		permissions: [],
		permissionsDeclared: true,
		shape: 'backend',
		frontends: [],
		backend: backendOf({}),
		services: [],
		sandbox: null,
		requires: null,
		scopes: { default: null, allowed: [] },
		minUpgradeFrom: null,
		contract,
		...fields,
	};
}

export function backendOf(env: Record<string, string>, ports: number[] | null = null): Manifest['backend'] {
	return { image: 'ghcr.io/khal-os/demo', helmChart: 'oci://ghcr.io/khal-os/charts/demo', env, ports };
}

/** Versions 1.0.0, 1.0.1, 1.0.2 … with these manifests: patch numbers, so that the numbers themselves promise nothing. */
export function stepsOf(...manifests: (Manifest | null)[]): ContractStep[] {
	return manifests.map((manifest, index) => ({ version: `1.0.${index}`, manifest }));
}
