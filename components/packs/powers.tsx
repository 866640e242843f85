import { Card, CardBody, CardHeader } from '@/components/ui/card';
import { PowerList } from '@/components/ui/power-list';
import type { VersionDetail } from '@/lib/contracts/packs';

/** What a version may do, in words: permissions of the manifest and powers of the chart. */
export function Powers({ version }: { version: VersionDetail }) {
	return (
		<div className="grid gap-4">
			<Card>
				<CardHeader title="Permissions it declares" description="What its apps may do inside KhalOS." />
				<CardBody>
					{version.permissions.length > 0 ? (
						<ul className="grid gap-3 text-sm">
							{version.permissions.map(({ permission, sentence, known }) => (
								<li key={permission} className="grid gap-0.5">
									<span>{sentence}</span>
									<span className={known ? 'text-xs text-muted' : 'text-xs text-warning'}>
										<code>{permission}</code>
										{known ? null : ' · not a permission this portal knows'}
									</span>
								</li>
							))}
						</ul>
					) : (
						<p className="text-sm text-muted">{nonePermitted(version)}</p>
					)}
				</CardBody>
			</Card>
			<Card>
				<CardHeader
					title="Powers it needs in the cluster"
					description="Read from the chart. The plan of an install shows them again, against your cluster."
				/>
				<CardBody>
					<PowerList powers={version.powers} none="Nothing beyond ordinary workloads in its own namespace is known." />
				</CardBody>
			</Card>
		</div>
	);
}

function nonePermitted(version: VersionDetail): string {
	if (!version.manifest) return 'Not known: this version has no readable manifest.';
	return version.manifest.permissionsDeclared
		? 'It asks for none.'
		: 'The manifest does not say, which is not the same as asking for none.';
}
