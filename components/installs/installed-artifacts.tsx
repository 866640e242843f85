import { Card, CardBody, CardHeader } from '@/components/ui/card';
import { Digest, Mono } from '@/components/ui/code';
import { type KeyValue, KeyValues } from '@/components/ui/key-values';
import type { Revision } from '@/lib/contracts/installs';

type InstalledArtifactsProps = { revision: Revision | null; title?: string };

/** What exactly is installed: by digest, because a tag can move. */
export function InstalledArtifacts({ revision, title = 'Installed by digest' }: InstalledArtifactsProps) {
	return (
		<Card>
			<CardHeader title={title} />
			<CardBody>
				{revision === null ? (
					<p className="text-sm text-muted">Nothing has been installed yet.</p>
				) : (
					<KeyValues items={artifactFacts(revision)} className="sm:items-baseline" />
				)}
			</CardBody>
		</Card>
	);
}

function artifactFacts(revision: Revision): KeyValue[] {
	const { chart, frontends } = revision;
	const items: KeyValue[] = [];
	if (chart) {
		items.push(
			{ label: 'Chart', value: <Mono className="text-[13px] break-all">{`${chart.reference}:${chart.tag}`}</Mono> },
			{ label: 'Chart digest', value: <Digest value={chart.manifestDigest} label="chart digest" /> },
			{ label: 'Archive digest', value: <Digest value={chart.archiveDigest} label="archive digest" /> },
		);
	}
	for (const frontend of frontends) {
		items.push({
			label: `Frontend ${frontend.appId}`,
			value: (
				<span className="grid gap-0.5">
					<Mono className="text-[13px] break-all">{`${frontend.package}@${frontend.version}`}</Mono>
					{frontend.integrity ? <Digest value={frontend.integrity} label="npm integrity" /> : null}
				</span>
			),
		});
	}
	if (revision.manifestDigest) {
		items.push({ label: 'Manifest', value: <Digest value={revision.manifestDigest} label="manifest digest" /> });
	}
	if (revision.planHash) items.push({ label: 'Plan', value: <Digest value={revision.planHash} label="plan hash" /> });
	items.push({
		label: 'Revision',
		value: `${revision.number}${revision.helmRevision === null ? '' : `, Helm revision ${revision.helmRevision}`}`,
	});
	return items;
}
