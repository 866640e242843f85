import type { ReactNode } from 'react';
import { Card, CardBody, CardHeader } from '@/components/ui/card';
import { type KeyValue, KeyValues } from '@/components/ui/key-values';
import { absoluteTime, RelativeTime, useNow } from '@/components/ui/relative-time';
import type { SourceDetail } from '@/lib/contracts/sources';
import { configFacts } from './config-facts';
import { credentialWords } from './source-words';

/** How a source is, and what it is set to; readable for everybody who may see sources. */
export function SourceFacts({ source, state }: { source: SourceDetail; state: ReactNode }) {
	const added = { label: 'Added', value: <RelativeTime at={source.createdAt} /> };
	return (
		<div className="grid items-start gap-5 lg:grid-cols-[2fr_3fr]">
			<Card aria-labelledby="state">
				<CardHeader id="state" title="State" />
				<CardBody className="grid gap-3">
					{state}
					<KeyValues
						items={[
							{ label: 'Packs', value: source.packs },
							{ label: 'Installs', value: source.installs },
							...tokenFacts(source),
						]}
					/>
					{source.warnings.length > 0 ? <Warnings warnings={source.warnings} /> : null}
				</CardBody>
			</Card>
			<Card aria-labelledby="configuration">
				<CardHeader id="configuration" title="Configuration" />
				<CardBody>
					<KeyValues items={[...configFacts(source.config), ...credentialFacts(source), added]} />
				</CardBody>
			</Card>
		</div>
	);
}

function credentialFacts({ config, credential, npmCredential }: SourceDetail): KeyValue[] {
	// A bundle lies in our own store; nobody is asked for anything.
	if (config.kind === 'bundle') return [];
	const main = { label: 'Credential', value: credentialWords[credential] };
	if (config.kind !== 'oci' || config.npm === null) return [main];
	return [main, { label: 'Frontend credential', value: credentialWords[npmCredential] }];
}

function tokenFacts({ token }: SourceDetail): KeyValue[] {
	return [
		...(token?.scopes ? [{ label: 'Token scopes', value: scopesText(token.scopes) }] : []),
		...(token?.expiresAt ? [{ label: 'Token ends', value: <TokenEnd at={token.expiresAt} /> }] : []),
	];
}

const DAY = 86_400_000;
const SOON_DAYS = 14;

function TokenEnd({ at }: { at: string }) {
	const now = useNow();
	const days = now === null ? null : Math.floor((Date.parse(at) - now) / DAY);
	if (days === null || days > SOON_DAYS) return absoluteTime(at);
	return (
		<span className="text-warning">
			{absoluteTime(at)} · {days < 0 ? 'has ended' : days === 0 ? 'today' : days === 1 ? 'tomorrow' : `in ${days} days`}
			. Replace it under Edit.
		</span>
	);
}

function Warnings({ warnings }: { warnings: readonly string[] }) {
	return (
		<div className="grid gap-1.5 text-sm">
			<h3 className="font-medium">What the registries warned of</h3>
			<ul className="grid list-disc gap-1 pl-5 text-muted">
				{[...new Set(warnings)].map((warning) => (
					<li key={warning} className="break-words">
						{warning}
					</li>
				))}
			</ul>
		</div>
	);
}

function scopesText(scopes: readonly string[]) {
	return scopes.length === 0 ? 'None' : <code className="text-[13px]">{scopes.join(', ')}</code>;
}
