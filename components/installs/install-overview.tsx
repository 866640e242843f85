import { BlockerCard } from '@/components/operations/blocker-card';
import { ButtonLink } from '@/components/ui/button';
import { Card, CardBody, CardHeader } from '@/components/ui/card';
import { type KeyValue, KeyValues } from '@/components/ui/key-values';
import { Note } from '@/components/ui/note';
import { RelativeTime } from '@/components/ui/relative-time';
import type { InstallDetail } from '@/lib/contracts/installs';
import { AlarmNote, SettledAlarms } from './alarm-note';
import { isUrgent } from './alarm-words';
import { InstalledArtifacts } from './installed-artifacts';
import { LiveState } from './live-state';
import { UpdateCard } from './update-card';
import { VersionFacts } from './version-facts';

/** State, what exactly is installed, and what the cluster says right now. */
export function InstallOverview({ detail }: { detail: InstallDetail }) {
	if (detail.install.status.state === 'removed-data-kept') return <RemovedOverview detail={detail} />;
	const { install, live, liveProblem, lastOperation } = detail;
	return (
		<div className="grid gap-5">
			{install.status.reason && !live?.blocker ? (
				<Note
					tone={
						install.status.state === 'install-failed' || install.status.state === 'upgrade-failed'
							? 'danger'
							: 'warning'
					}
					title={install.status.label}
					next={lastOperation?.state === 'failed' ? lastOperation.failure?.hint : null}
				>
					{install.status.reason}
				</Note>
			) : null}
			{live?.blocker ? <BlockerCard blocker={live.blocker} stage="live" /> : null}
			{install.alarms
				.filter((alarm) => !isUrgent(alarm))
				.map((alarm) => (
					<AlarmNote key={alarm.id} install={install} alarm={alarm} />
				))}
			<UpdateCard detail={detail} />
			<div className="grid items-start gap-5 lg:grid-cols-2">
				<Card>
					<CardHeader title="State" />
					<CardBody>
						<KeyValues items={stateFacts(detail)} />
					</CardBody>
				</Card>
				<InstalledArtifacts revision={detail.revision} />
			</div>
			<LiveState live={live} problem={liveProblem} status={install.status} hasChart={detail.revision?.chart != null} />
			<SettledAlarms install={install} alarms={detail.settledAlarms} />
		</div>
	);
}

/** What is left of a removed install: its record. The last look at the cluster was before the removal and is not shown. */
function RemovedOverview({ detail }: { detail: InstallDetail }) {
	const { install, lastOperation, revision } = detail;
	const outcome = lastOperation?.steps.flatMap((step) =>
		step.detail === null ? [] : [`${step.title}: ${step.detail}`],
	);
	return (
		<div className="grid gap-5">
			<Note
				title={
					<>
						Removed <RelativeTime at={install.changedAt} /> by {install.changedBy.name}.
					</>
				}
				actions={
					lastOperation ? (
						<ButtonLink size="small" href={`/operations/${lastOperation.id}`}>
							See the removal
						</ButtonLink>
					) : null
				}
			>
				<ul className="grid gap-0.5">
					{outcome?.map((line) => (
						<li key={line}>{line}</li>
					))}
				</ul>
			</Note>
			<InstalledArtifacts revision={revision} title="Was installed by digest" />
		</div>
	);
}

function stateFacts({ install, revision, pinnedVersion }: InstallDetail): KeyValue[] {
	const items: KeyValue[] = [
		{ label: 'Version', value: <VersionFacts status={install.status} /> },
		{
			label: 'Cluster last seen',
			value: install.status.observedAt ? <RelativeTime at={install.status.observedAt} /> : 'never',
		},
		{
			label: 'Last change',
			value: (
				<>
					<RelativeTime at={install.changedAt} /> by {install.changedBy.name}
				</>
			),
		},
		{ label: 'Installed', value: <RelativeTime at={install.installedAt} /> },
	];
	if (revision?.reason) items.push({ label: 'Reason given', value: revision.reason });
	if (pinnedVersion) items.push({ label: 'Pinned to', value: pinnedVersion });
	return items;
}
