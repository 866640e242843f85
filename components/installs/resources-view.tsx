import { Badge } from '@/components/ui/badge';
import { Card } from '@/components/ui/card';
import { Table, Td, Th, Tr } from '@/components/ui/table';
import type { InstallDetail } from '@/lib/contracts/installs';
import { UnknownState } from './live-state';

/** Every object of the release and whether it is really there. */
export function ResourcesView({ detail }: { detail: InstallDetail }) {
	const { live, liveProblem, install } = detail;
	if (install.status.state === 'removed-data-kept') {
		return <p className="text-sm text-muted">This install was removed. What was kept is told by its removal.</p>;
	}
	if (liveProblem !== null) {
		return <UnknownState problem={liveProblem} observedAt={install.status.observedAt} />;
	}
	if (live === null || live.resources.length === 0) {
		return <p className="text-sm text-muted">This install owns no objects in the cluster.</p>;
	}
	return (
		<Card className="overflow-hidden">
			<Table caption="Objects of this install in the cluster">
				<thead>
					<tr>
						<Th>Kind</Th>
						<Th>Name</Th>
						<Th>In the cluster</Th>
					</tr>
				</thead>
				<tbody>
					{live.resources.map((resource) => (
						<Tr key={`${resource.apiVersion}/${resource.kind}/${resource.name}`}>
							<Td>
								{resource.kind} <span className="hidden text-muted sm:inline">{resource.apiVersion}</span>
							</Td>
							<Td>
								<code className="text-[13px] break-all">{resource.name}</code>
							</Td>
							<Td>{resource.exists ? 'Yes' : <Badge tone="danger">Missing</Badge>}</Td>
						</Tr>
					))}
				</tbody>
			</Table>
		</Card>
	);
}
