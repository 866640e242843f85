import { KeyRound } from 'lucide-react';
import { Badge } from '@/components/ui/badge';
import { Card, CardBody, CardHeader } from '@/components/ui/card';
import { Table, Td, Th, Tr } from '@/components/ui/table';
import type { VersionDetail } from '@/lib/contracts/packs';
import { type EnvVar, isSecretVar } from '@/lib/manifest';

/** What the pack asks for: its environment contract, as declared. */
export function ContractTable({ version }: { version: VersionDetail }) {
	const contract = version.manifest?.contract ?? [];
	const supplied = new Set(version.instanceKeys);
	if (contract.length === 0) {
		return (
			<Card>
				<CardBody className="text-sm text-muted">
					{version.manifest ? 'This version asks for nothing.' : 'Not known: this version has no readable manifest.'}
				</CardBody>
			</Card>
		);
	}
	return (
		<Card>
			<CardHeader
				title={contract.length === 1 ? '1 setting' : `${contract.length} settings`}
				description="What the install form asks for. Secrets are stored once and cannot be read back."
			/>
			<Table caption="Configuration the pack asks for">
				<thead>
					<tr>
						<Th>Key</Th>
						<Th>Type</Th>
						<Th>Default</Th>
						<Th>What for</Th>
					</tr>
				</thead>
				<tbody>
					{contract.map((variable) => (
						<Tr key={variable.key}>
							<Td className="min-w-44">
								<code className="break-all">{variable.key}</code>
								<span className="mt-1 block text-xs text-muted">
									{supplied.has(variable.key) ? 'set for all packs' : variable.required ? 'required' : 'optional'}
								</span>
							</Td>
							<Td className="whitespace-nowrap">
								<TypeWords variable={variable} />
							</Td>
							<Td className="max-w-56">
								<DefaultWords variable={variable} />
							</Td>
							<Td className="min-w-56 text-muted">{variable.description || <i>The publisher does not say.</i>}</Td>
						</Tr>
					))}
				</tbody>
			</Table>
		</Card>
	);
}

function TypeWords({ variable }: { variable: EnvVar }) {
	if (!isSecretVar(variable)) return <span className="text-muted">{variable.type}</span>;
	return (
		<Badge icon={<KeyRound aria-hidden />}>{variable.type === 'secret' ? 'secret' : `${variable.type}, secret`}</Badge>
	);
}

function DefaultWords({ variable }: { variable: EnvVar }) {
	if (variable.default === null) return <span className="text-muted">none</span>;
	// A default of a secret is public already, but repeating it on a screen helps nobody.
	if (isSecretVar(variable)) return <span className="text-muted">published, not shown</span>;
	if (variable.default === '') return <span className="text-muted">empty text</span>;
	return <code className="break-all">{variable.default}</code>;
}
