import type { ReactNode } from 'react';
import type { KeyValue } from '@/components/ui/key-values';
import type { SourceConfig } from '@/lib/contracts/source-config';

type RemoteConfig = Exclude<SourceConfig, { kind: 'bundle' }>;

/** A configuration as facts to read; what is left at its default is not worth a line. */
export function configFacts(config: SourceConfig): KeyValue[] {
	switch (config.kind) {
		case 'github':
			return [
				{ label: config.account === 'org' ? 'Organisation' : 'User', value: code(config.org) },
				{ label: 'Packs are found by', value: githubDiscovery(config) },
				{ label: 'Charts', value: registry(config.registry) },
				{ label: 'Frontends', value: code(config.npmUrl) },
				{ label: 'GitHub API', value: code(config.apiUrl) },
				...networkFacts(config),
			];
		case 'oci':
			return [
				{ label: 'Registry', value: registry(config.registry) },
				...(config.username === null ? [] : [{ label: 'User name', value: code(config.username) }]),
				{ label: 'Packs are found by', value: ociDiscovery(config.discovery) },
				{ label: 'Frontends', value: config.npm === null ? 'None' : code(`${config.npm.scope} at ${config.npm.url}`) },
				...networkFacts(config),
			];
		case 'npm':
			return [
				{ label: 'Registry', value: code(config.url) },
				{ label: 'Scope', value: code(config.scope) },
				...(config.username === null ? [] : [{ label: 'User name', value: code(config.username) }]),
				{
					label: 'Packs are found by',
					value: config.discovery.by === 'search' ? 'search of the registry' : named(config.discovery.packages),
				},
				...networkFacts(config),
			];
		case 'bundle':
			return [{ label: 'Bundle', value: code(config.index) }];
	}
}

function githubDiscovery(config: Extract<SourceConfig, { kind: 'github' }>): ReactNode {
	if (config.index !== null) return index(config.index);
	return config.packs.length > 0 ? named(config.packs) : 'GitHub’s list of packages';
}

function ociDiscovery(discovery: Extract<SourceConfig, { kind: 'oci' }>['discovery']): ReactNode {
	switch (discovery.by) {
		case 'names':
			return named(discovery.repositories);
		case 'index':
			return index(discovery.reference);
		case 'catalog':
			return <>the registry’s catalog{discovery.prefix ? <>, beginning with {code(discovery.prefix)}</> : null}</>;
		case 'harbor':
			return (
				<>
					Harbor project {code(discovery.project)}
					{discovery.prefix ? <>, beginning with {code(discovery.prefix)}</> : null}
				</>
			);
	}
}

function networkFacts(config: RemoteConfig): KeyValue[] {
	const aliases = Object.entries(config.hostAliases);
	const facts: (KeyValue | null)[] = [
		config.allowedHosts.length > 0 ? { label: 'Allowed hosts', value: code(config.allowedHosts.join(', ')) } : null,
		aliases.length > 0
			? { label: 'Mirrors', value: code(aliases.map(([from, to]) => `${from} = ${to}`).join(', ')) }
			: null,
		config.ca === null ? null : { label: 'Own certificates', value: certificates(config.ca) },
		config.proxy === null ? null : { label: 'Proxy', value: code(config.proxy) },
		config.internal ? { label: 'Network', value: 'Internal: private addresses are expected' } : null,
		config.requestsPerSecond === null
			? null
			: { label: 'Request rate', value: `At most ${config.requestsPerSecond} a second to any one host` },
	];
	return facts.filter((fact) => fact !== null);
}

function registry({ host, plainHttp }: { host: string; plainHttp: boolean }): ReactNode {
	return (
		<>
			{code(host)}
			{plainHttp ? ' over plain http' : null}
		</>
	);
}

function index(reference: string): ReactNode {
	return <>the index artifact {code(reference)}</>;
}

const FEW = 5;

function named(names: readonly string[]): ReactNode {
	const shown = names.slice(0, FEW).join(', ');
	const more = names.length > FEW ? ` and ${names.length - FEW} more` : '';
	return (
		<>
			name: {code(shown)}
			{more}
		</>
	);
}

function certificates(pem: string): string {
	const count = pem.split('-----BEGIN CERTIFICATE-----').length - 1;
	return count === 1
		? '1 certificate is trusted besides the public ones'
		: `${count} certificates are trusted besides the public ones`;
}

function code(text: string): ReactNode {
	return <code className="text-[13px] [overflow-wrap:anywhere]">{text}</code>;
}
