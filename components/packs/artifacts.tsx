import { Card, CardBody, CardHeader } from '@/components/ui/card';
import { Digest, Mono } from '@/components/ui/code';
import { KeyValues } from '@/components/ui/key-values';
import { Note } from '@/components/ui/note';
import type { VersionDetail } from '@/lib/contracts/packs';
import { bytes, originWords } from './version-words';

/** What would be installed, by digest: tags may move, these bytes may not. */
export function Artifacts({ version }: { version: VersionDetail }) {
	const { chart, frontends, manifestOrigin, manifestDigest, disagreements } = version;
	return (
		<div className="grid gap-4">
			{disagreements.length > 0 ? (
				<Note tone="warning" title="The places a manifest can be in do not agree.">
					<ul className="grid list-disc gap-1 pl-4">
						{disagreements.map((sentence) => (
							<li key={sentence}>{sentence}</li>
						))}
					</ul>
				</Note>
			) : null}
			<Card>
				<CardHeader title="Chart" description="The backend, as a Helm chart." />
				<CardBody>
					{chart ? (
						<KeyValues
							items={[
								{ label: 'Reference', value: <Mono>{`${chart.reference}:${chart.tag}`}</Mono> },
								{ label: 'Manifest digest', value: <Digest value={chart.manifestDigest} label="manifest digest" /> },
								{ label: 'Archive digest', value: <Digest value={chart.archiveDigest} label="archive digest" /> },
								{ label: 'Size', value: bytes(chart.size) },
							]}
						/>
					) : (
						<p className="text-sm text-muted">This version has no chart.</p>
					)}
				</CardBody>
			</Card>
			{frontends.map((frontend) => (
				<Card key={frontend.package + frontend.appId}>
					<CardHeader title={`Frontend ${frontend.appId}`} description="Loaded by the KhalOS shell." />
					<CardBody>
						<KeyValues
							items={[
								{ label: 'Package', value: <Mono>{`${frontend.package}@${frontend.version}`}</Mono> },
								{
									label: 'Integrity',
									value: frontend.integrity ? <Digest value={frontend.integrity} label="integrity" /> : 'unknown',
								},
								{
									label: 'Published',
									value: frontend.available ? 'yes' : `Frontend ${frontend.version} is not there yet.`,
								},
								...(frontend.deprecated === null ? [] : [{ label: 'Deprecated', value: frontend.deprecated }]),
							]}
						/>
					</CardBody>
				</Card>
			))}
			<Card>
				<CardHeader title="Manifest" description="Which khal-app.json counts for this version." />
				<CardBody>
					<KeyValues
						items={[
							{ label: 'Found in', value: manifestOrigin ? originWords[manifestOrigin] : 'nowhere' },
							{
								label: 'Digest',
								value: manifestDigest ? <Digest value={manifestDigest} label="digest of the manifest" /> : 'none',
							},
						]}
					/>
				</CardBody>
			</Card>
		</div>
	);
}
