import { TextLink } from '@/components/ui/app-link';
import { cx } from '@/components/ui/cx';
import { PowerList } from '@/components/ui/power-list';
import type { Plan } from '@/lib/contracts/plans';
import { type JudgedPower, powerWords } from '@/lib/contracts/policy';
import { PowerCode } from '@/lib/contracts/runner';
import { PlanSection } from './plan-section';

type Standing = JudgedPower['standing'];
type PlanPowersProps = { plan: Pick<Plan, 'powers' | 'previewProblem' | 'blocked' | 'packId' | 'kind'> };

/** What the plan lets the pack do beyond ordinary workloads, and what the policy makes of that. */
export function PlanPowers({ plan }: PlanPowersProps) {
	const groups = order.flatMap((standing) => {
		const powers = plan.powers.filter((power) => power.standing === standing);
		return powers.length === 0 ? [] : [{ standing, powers }];
	});
	return (
		<PlanSection id="powers" title="Powers it gets">
			{groups.length === 0 ? <PowerList powers={[]} none={noneWords(plan)} /> : null}
			<div className="grid gap-5">
				{groups.map(({ standing, powers }) => (
					<Group key={standing} plan={plan} standing={standing} powers={powers} alone={groups.length === 1} />
				))}
			</div>
		</PlanSection>
	);
}

type GroupProps = PlanPowersProps & { standing: Standing; powers: readonly JudgedPower[]; alone: boolean };

function Group({ plan, standing, powers, alone }: GroupProps) {
	const { title, color } = words[standing];
	const list = <PowerList powers={powers.map((power) => ({ ...power, note: noteOf(power, plan.kind) }))} none="" />;
	// What changes is to be read; what stays can be, and stands open only where nothing else does.
	if (standing === 'before' && !alone) {
		return (
			<details>
				<summary className="w-fit rounded text-sm text-muted hover:text-ink">
					{title} ({powers.length})
				</summary>
				<div className="mt-3">{list}</div>
			</details>
		);
	}
	return (
		<section aria-labelledby={`powers-${standing}`} className="grid gap-2.5">
			<h3 id={`powers-${standing}`} className={cx('text-[13px] font-semibold', color)}>
				{title}
			</h3>
			{list}
			{standing === 'refused' ? <Remedies plan={plan} powers={powers} /> : null}
		</section>
	);
}

const order = ['refused', 'confirm', 'new', 'before'] as const satisfies readonly Standing[];

const words = {
	refused: { title: 'Refused by your policy', color: 'text-danger' },
	confirm: { title: 'Needs your word', color: 'text-warning' },
	new: { title: 'New', color: 'text-ink' },
	before: { title: 'As before', color: 'text-muted' },
} satisfies Record<Standing, unknown>;

/** Where an owner decides otherwise, once per kind of power; the plan knows what to call it for this person. */
function Remedies({ plan, powers }: PlanPowersProps & { powers: readonly JudgedPower[] }) {
	const codes = PowerCode.options.filter((code) => powers.some((power) => power.code === code));
	const links = codes.flatMap((code) => {
		const start = `/settings/policy?pack=${plan.packId}&power=${code}`;
		const found = plan.blocked.find(({ href }) => href?.startsWith(start));
		return found?.href ? [{ code, href: found.href, remedy: found.remedy ?? 'See the policy' }] : [];
	});
	return (
		<ul className="grid gap-1 pl-[26px] text-sm">
			{links.map(({ code, href, remedy }) => (
				<li key={code}>
					{powerWords[code].name}: <TextLink href={href}>{remedy}</TextLink>
				</li>
			))}
		</ul>
	);
}

function noteOf({ standing, verdict, exception }: JudgedPower, kind: Plan['kind']): string | null {
	if (exception !== null)
		return `${standing === 'before' ? 'Allowed' : 'Refused by your policy, allowed'} for this pack by ${exception.by.name}: ${exception.reason}`;
	if (verdict !== 'refuse' || standing === 'refused') return null;
	if (standing === 'before') return 'Your policy would refuse this today. It runs already, so nothing is stopped.';
	return kind === 'rollback' ? 'Your policy would refuse this today. Going back is possible all the same.' : null;
}

function noneWords({ previewProblem }: Pick<Plan, 'previewProblem'>): string {
	return previewProblem
		? 'Not known: the cluster could not be asked.'
		: 'None beyond ordinary workloads in its own namespace.';
}
