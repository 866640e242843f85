import { CircleAlert, Info, TriangleAlert } from 'lucide-react';
import { cx } from './cx';

type Level = 'info' | 'warning' | 'danger';
type Finding = {
	code: string;
	subject: string;
	sentence: string;
	level: Level;
	/** Said below it. */
	note?: string | null;
};

const looks = {
	info: { Icon: Info, color: 'text-muted' },
	warning: { Icon: TriangleAlert, color: 'text-warning' },
	danger: { Icon: CircleAlert, color: 'text-danger' },
} satisfies Record<Level, unknown>;

/** Sentences with a weight and what they are about, heaviest first; what reads the same is said once. */
export function PowerList({ powers, none }: { powers: readonly Finding[]; none: string }) {
	if (powers.length === 0) return <p className="text-sm text-muted">{none}</p>;
	const different = new Map(powers.map((power) => [keyOf(power), power]));
	const sorted = [...different.values()].sort((a, b) => weight[b.level] - weight[a.level]);
	return (
		<ul className="grid gap-2.5 text-sm">
			{sorted.map((power) => {
				const { Icon, color } = looks[power.level];
				return (
					<li key={keyOf(power)} className="flex items-start gap-2.5">
						<Icon aria-hidden className={cx('mt-0.5 size-4 shrink-0', color)} />
						<span className="min-w-0">
							{power.sentence} <code className="text-xs break-all text-muted">{power.subject}</code>
							{power.note ? <span className="block text-[13px] text-muted">{power.note}</span> : null}
						</span>
					</li>
				);
			})}
		</ul>
	);
}

function keyOf({ code, subject, sentence }: Finding): string {
	return `${code} ${subject} ${sentence}`;
}

const weight = { info: 0, warning: 1, danger: 2 } satisfies Record<Level, number>;
