import { CircleCheck, TriangleAlert } from 'lucide-react';
import type { z } from 'zod';
import { Badge } from '@/components/ui/badge';
import { Card, CardBody, CardHeader } from '@/components/ui/card';
import { Digest } from '@/components/ui/code';
import { Note } from '@/components/ui/note';
import { RelativeTime } from '@/components/ui/relative-time';
import { Table, Td, Th, Tr } from '@/components/ui/table';
import type { InstallStatus } from '@/lib/contracts/installs';
import type { PodState, ReleaseStatus } from '@/lib/contracts/runner';

type LiveStateProps = {
	live: ReleaseStatus | null;
	problem: string | null;
	status: InstallStatus;
	hasChart: boolean;
};

/** What the cluster says now. When it says nothing, that is said: an unknown is never drawn as an empty list. */
export function LiveState({ live, problem, status, hasChart }: LiveStateProps) {
	if (problem !== null) return <UnknownState problem={problem} observedAt={status.observedAt} />;
	if (live === null) {
		return (
			<Card className="p-5 text-sm text-muted">
				{hasChart
					? 'The cluster has not been asked yet.'
					: 'This pack has no chart: its frontend runs in the browser, and nothing of it runs in the cluster.'}
			</Card>
		);
	}
	return (
		<>
			{live.drift.length > 0 ? <Drift live={live} /> : null}
			<Workloads live={live} />
			<Pods live={live} />
		</>
	);
}

export function UnknownState({ problem, observedAt }: { problem: string; observedAt: string | null }) {
	return (
		<Note
			tone="warning"
			title="Unknown: the cluster cannot be reached"
			next="What is installed is not affected by this. The page asks again by itself."
		>
			{problem}{' '}
			{observedAt === null ? (
				'The cluster was never seen.'
			) : (
				<>
					Last seen <RelativeTime at={observedAt} />.
				</>
			)}
		</Note>
	);
}

function Drift({ live }: { live: ReleaseStatus }) {
	return (
		<Note
			tone="warning"
			title={
				live.drift.length === 1
					? '1 object was changed outside Packyard'
					: `${live.drift.length} objects were changed outside Packyard`
			}
			next="The next operation asks whether to take these fields over or to leave them."
		>
			<ul className="grid list-disc gap-1 pl-4">
				{live.drift.map((each) => (
					<li key={`${each.object} ${each.manager}`}>
						<code>{each.object}</code>: {each.fields.join(', ')} (by {each.manager})
					</li>
				))}
			</ul>
		</Note>
	);
}

function Workloads({ live }: { live: ReleaseStatus }) {
	return (
		<Card className="overflow-hidden">
			<CardHeader
				title="Workloads"
				actions={
					<span className="text-[13px] text-muted">
						seen <RelativeTime at={live.observedAt} />
					</span>
				}
			/>
			{live.workloads.length === 0 ? (
				<CardBody className="text-sm text-muted">The chart runs no workload.</CardBody>
			) : (
				<Table caption="Workloads">
					<thead>
						<tr>
							<Th>Workload</Th>
							<Th>Ready</Th>
							<Th>State</Th>
						</tr>
					</thead>
					<tbody>
						{live.workloads.map((workload) => (
							<Tr key={`${workload.kind}/${workload.name}`}>
								<Td>
									<span className="text-muted">{workload.kind}</span> <code className="break-all">{workload.name}</code>
								</Td>
								<Td className="whitespace-nowrap tabular-nums">
									{workload.ready} of {workload.wanted}
								</Td>
								<Td>
									<Health good={workload.healthy} words={workload.healthy ? 'Healthy' : 'Not ready'} />
								</Td>
							</Tr>
						))}
					</tbody>
				</Table>
			)}
		</Card>
	);
}

function Pods({ live }: { live: ReleaseStatus }) {
	if (live.pods.length === 0) return null;
	return (
		<Card>
			<CardHeader title="Pods" description="The image the chart declares, and the digest that really runs." />
			<ul>
				{live.pods.map((pod) => (
					<li
						key={pod.name}
						className="grid gap-x-6 gap-y-2 border-b border-line px-5 py-3.5 text-sm last:border-b-0 md:grid-cols-[1fr_10rem_1.4fr]"
					>
						<div className="min-w-0">
							<code className="text-[13px] break-all">{pod.name}</code>
							<div className="text-[13px] text-muted">
								{pod.restarts === 1 ? '1 restart' : `${pod.restarts} restarts`}
								{pod.startedAt ? (
									<>
										, started <RelativeTime at={pod.startedAt} />
									</>
								) : null}
							</div>
						</div>
						<div className="min-w-0">
							<Health good={pod.ready} words={pod.ready ? 'Ready' : (pod.reason ?? pod.phase)} />
						</div>
						<Images images={pod.images} ready={pod.ready} />
					</li>
				))}
			</ul>
		</Card>
	);
}

function Images({ images, ready }: Pick<z.infer<typeof PodState>, 'images' | 'ready'>) {
	return (
		<ul className="grid min-w-0 gap-1.5">
			{images.map((each) => (
				<li key={each.container} className="text-[13px]">
					<code className="break-all">{each.image}</code>
					<div className="text-muted">
						{each.imageId === '' ? (
							ready ? (
								'The cluster reports no digest.'
							) : (
								'Not running'
							)
						) : (
							<Digest value={digestOf(each.imageId)} label="image digest" />
						)}
					</div>
				</li>
			))}
		</ul>
	);
}

/** Container runtimes report `docker.io/x/y@sha256:…` or the digest alone. */
function digestOf(imageId: string): string {
	return imageId.slice(imageId.indexOf('@') + 1);
}

function Health({ good, words }: { good: boolean; words: string }) {
	return (
		<Badge
			tone={good ? 'success' : 'warning'}
			icon={good ? <CircleCheck aria-hidden /> : <TriangleAlert aria-hidden />}
		>
			{words}
		</Badge>
	);
}
