import { Badge } from '@/components/ui/badge';
import { Mono } from '@/components/ui/code';
import { Note } from '@/components/ui/note';
import type { Tone } from '@/components/ui/tone';
import type { Plan } from '@/lib/contracts/plans';
import type { PreviewResult, ResourceChange } from '@/lib/contracts/runner';
import { PlanSection } from './plan-section';

const actions = {
	refused: { tone: 'danger', words: 'refused' },
	delete: { tone: 'danger', words: 'deleted' },
	create: { tone: 'success', words: 'created' },
	update: { tone: 'warning', words: 'changed' },
	unchanged: { tone: 'neutral', words: 'unchanged' },
} satisfies Record<ResourceChange['action'], { tone: Tone; words: string }>;

const order = [
	'refused',
	'delete',
	'create',
	'update',
	'unchanged',
] as const satisfies readonly ResourceChange['action'][];

/** What reaches beyond the pods: data, kinds of objects, rights, and the way in from outside. */
const farReaching: ReadonlySet<string> = new Set([
	'PersistentVolumeClaim',
	'PersistentVolume',
	'CustomResourceDefinition',
	'Role',
	'RoleBinding',
	'ClusterRole',
	'ClusterRoleBinding',
	'Ingress',
	'Gateway',
	'HTTPRoute',
]);

/** By what happens to it; changes of far-reaching objects come before all others that are not refused. */
function rank({ action, kind }: ResourceChange): number {
	if (action === 'refused' || action === 'unchanged' || !farReaching.has(kind)) return order.indexOf(action) * 2;
	return 1 + order.indexOf(action) / order.length;
}

type PlanClusterProps = {
	plan: Pick<Plan, 'preview' | 'previewProblem' | 'chart'>;
	/** False where the sentence stands above already. */
	headline?: boolean;
};

/** What happens in the cluster: the sentence first, then every object with its changed fields. */
export function PlanCluster({ plan, headline = true }: PlanClusterProps) {
	const { preview, previewProblem } = plan;
	const sorted = [...(preview?.resources ?? [])].sort((a, b) => rank(a) - rank(b));
	return (
		<PlanSection
			id="cluster"
			title="What changes in the cluster"
			description={headline ? preview?.headline : undefined}
			flush
		>
			{previewProblem ? (
				<div className="p-5">
					<Note tone="warning" title="The cluster could not be asked." next={previewProblem.hint}>
						{previewProblem.message} The plan is made without looking at it.
					</Note>
				</div>
			) : null}
			{!preview && !previewProblem ? (
				<p className="px-5 py-4 text-sm text-muted">
					{plan.chart ? 'Not looked at.' : 'Nothing: this pack has frontends only, which the KhalOS shell loads.'}
				</p>
			) : null}
			{sorted.length > 0 ? (
				<ul className="divide-y divide-line">
					{sorted.map((resource) => (
						<Resource key={`${resource.kind} ${resource.namespace ?? ''} ${resource.name}`} resource={resource} />
					))}
				</ul>
			) : null}
			{preview && preview.keys.length > 0 ? <Injected keys={preview.keys} injected={preview.injected} /> : null}
		</PlanSection>
	);
}

function Resource({ resource }: { resource: ResourceChange }) {
	const { tone, words } = actions[resource.action];
	const title = (
		<span className="flex min-w-0 flex-1 flex-wrap items-center gap-x-3 gap-y-1 text-sm">
			<Badge tone={tone}>{words}</Badge>
			<span className="min-w-0 break-all">
				<span className="text-muted">{resource.kind}</span> <Mono>{resource.name}</Mono>
			</span>
			{resource.restarts ? <Badge tone="info">restarts its pods</Badge> : null}
			{resource.owner ? <Badge tone="warning">taken over</Badge> : null}
		</span>
	);
	const details = resource.fields.length + resource.keys.length;
	return (
		<li className="px-5 py-3">
			{details === 0 ? (
				<div className="flex">{title}</div>
			) : (
				<details className="group">
					<summary className="flex list-none items-center gap-3">
						{title}
						<span className="shrink-0 text-xs text-muted underline decoration-dotted underline-offset-4">
							{details === 1 ? '1 change' : `${details} changes`}
						</span>
					</summary>
					<Fields resource={resource} />
				</details>
			)}
			{resource.owner ? (
				<p className="mt-2 text-sm text-muted">It exists already and belongs to {resource.owner}.</p>
			) : null}
			{resource.problem ? <p className="mt-2 text-sm break-words text-danger">{resource.problem}</p> : null}
		</li>
	);
}

function Fields({ resource }: { resource: ResourceChange }) {
	return (
		<dl className="mt-3 grid gap-2.5 rounded-control bg-sunken p-3 text-xs">
			{resource.fields.map((field) => (
				<div key={field.path} className="grid gap-0.5">
					<dt className="break-all text-muted">{field.path}</dt>
					<dd className="grid gap-0.5 font-mono">
						{field.from === null ? null : (
							<del className="break-all whitespace-pre-wrap text-danger no-underline">
								<span aria-hidden>− </span>
								{field.from}
							</del>
						)}
						{field.to === null ? null : (
							<ins className="break-all whitespace-pre-wrap text-success no-underline">
								<span aria-hidden>+ </span>
								{field.to}
							</ins>
						)}
					</dd>
				</div>
			))}
			{resource.keys.map(({ key, state }) => (
				<div key={key} className="flex gap-3">
					<dt className="font-mono break-all">{key}</dt>
					<dd className="text-muted">{state}</dd>
				</div>
			))}
		</dl>
	);
}

type InjectedProps = { keys: PreviewResult['keys']; injected: PreviewResult['injected'] };

/** Which key reaches which container: said by number where it is all of them, by name where it is not. */
function Injected({ keys, injected }: InjectedProps) {
	const lost = keys.filter((key) => injected.every(({ shadowed }) => shadowed.includes(key)));
	return (
		<div className="grid gap-2 border-t border-line px-5 py-4 text-sm">
			<h3 className="font-medium">Who gets the configuration</h3>
			{lost.length > 0 ? (
				<Note tone="warning" className="py-2">
					<KeyNames keys={lost} /> {lost.length === 1 ? 'reaches' : 'reach'} nothing
					{injected.length === 0 ? ': the chart starts no container.' : ': the chart sets it itself everywhere.'}
				</Note>
			) : null}
			<ul className="grid gap-1.5 text-muted">
				{injected.map(({ workload, container, image, shadowed }) => (
					<li key={`${workload} ${container}`} className="break-words">
						<span className="text-ink">{reach(keys.length - shadowed.length, keys.length)}</span>{' '}
						<Mono className="break-all text-ink">{container}</Mono> in <Mono className="break-all">{workload}</Mono>,
						image <Mono className="break-all">{image}</Mono>.
						{shadowed.length > 0 ? (
							<span className="text-warning">
								{' '}
								<KeyNames keys={shadowed} /> {shadowed.length === 1 ? 'does' : 'do'} not: the chart sets{' '}
								{shadowed.length === 1 ? 'it' : 'them'} itself there.
							</span>
						) : null}
					</li>
				))}
			</ul>
			<details>
				<summary className="w-fit text-xs text-muted underline decoration-dotted underline-offset-4">
					{keys.length === 1 ? 'Its name' : 'Their names'}
				</summary>
				<p className="mt-2 text-muted">
					<KeyNames keys={keys} />
				</p>
			</details>
		</div>
	);
}

function reach(arriving: number, all: number): string {
	if (arriving === all) return all === 1 ? 'The only key reaches' : `All ${all} keys reach`;
	return `${arriving} of ${all} keys ${arriving === 1 ? 'reaches' : 'reach'}`;
}

function KeyNames({ keys }: { keys: readonly string[] }) {
	return keys.map((key, index) => (
		<span key={key}>
			{index === 0 ? '' : ', '}
			<Mono className="break-all">{key}</Mono>
		</span>
	));
}
