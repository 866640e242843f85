'use client';

import { ChevronRight } from 'lucide-react';
import { useFormContext, useWatch } from 'react-hook-form';
import { CheckField, TextField } from './form-fields';
import { GithubAddresses } from './github-fields';
import { linesOf, type SourceDraft } from './source-draft';

type NetworkFieldsProps = { open: boolean; onToggle: (open: boolean) => void };

/** Folded: what only special networks need. The summary says what is set, so that nothing hides in there. */
export function NetworkFields({ open, onToggle }: NetworkFieldsProps) {
	const { control } = useFormContext<SourceDraft>();
	const [kind, network] = useWatch({ control, name: ['kind', 'network'] });
	return (
		<details
			open={open}
			onToggle={(event) => onToggle(event.currentTarget.open)}
			className="group rounded-card border border-line bg-surface"
		>
			<summary className="flex cursor-pointer list-none items-center gap-3 rounded-card px-5 py-3.5 [&::-webkit-details-marker]:hidden">
				<span className="flex min-w-0 flex-1 flex-wrap items-baseline gap-x-3">
					<h2 className="text-[15px] font-semibold">Network</h2>
					<span className="text-sm text-muted">{summary(network)}</span>
				</span>
				<ChevronRight aria-hidden className="size-4 shrink-0 text-muted transition-transform group-open:rotate-90" />
			</summary>
			<div className="grid gap-5 border-t border-line px-5 py-4">
				{kind === 'github' ? <GithubAddresses /> : null}
				<TextField
					name="network.ca"
					label="Own certificates"
					aside="optional"
					description="Certificates (PEM) trusted besides the public ones, when the registry has one of your own authority."
					placeholder="-----BEGIN CERTIFICATE-----"
					rows={4}
				/>
				<TextField
					name="network.proxy"
					label="Proxy"
					aside="optional"
					description="HTTP proxy for this source, without user name and password. Empty: what HTTPS_PROXY, HTTP_PROXY and NO_PROXY of the server say."
					placeholder="http://proxy.example.com:3128"
					inputMode="url"
				/>
				<TextField
					name="network.allowedHosts"
					label="Allowed hosts"
					aside="optional"
					description="Further hosts this source may lead to: redirects, token servers, registries named by charts. One a line; *.example.com means every name below it."
					rows={3}
				/>
				<TextField
					name="network.mirrors"
					label="Mirrors"
					aside="optional"
					description="Read charts that name the first host from the second one. One a line: ghcr.io = mirror.example.com."
					rows={2}
				/>
				<TextField
					name="network.requestsPerSecond"
					label="Requests a second"
					aside="optional"
					description="At most this many to any one host. Empty: as fast as four at a time are answered."
					inputMode="numeric"
				/>
				<CheckField
					name="network.internal"
					label="This source is inside our own network"
					description="Private addresses are then expected, and addresses beginning with http:// are allowed."
				/>
				{kind === 'npm' ? null : (
					<CheckField
						name="network.plainHttp"
						label="Talk to the chart registry without TLS"
						description="Everybody on the way can then read the credential and change what arrives. Only for this machine or a network you trust."
					/>
				)}
			</div>
		</details>
	);
}

function summary(network: SourceDraft['network']): string {
	const hosts = linesOf(network.allowedHosts).length;
	const set = [
		network.ca.trim() && 'own certificates',
		network.proxy.trim() && 'proxy',
		hosts > 0 && (hosts === 1 ? '1 allowed host' : `${hosts} allowed hosts`),
		linesOf(network.mirrors).length > 0 && 'mirrors',
		network.requestsPerSecond.trim() && 'request rate',
		network.internal && 'internal',
		network.plainHttp && 'plain http',
	].filter(Boolean);
	return set.length === 0 ? 'Standard; most sources need nothing here' : set.join(', ');
}
