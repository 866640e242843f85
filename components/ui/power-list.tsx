import { CircleAlert, Info, TriangleAlert } from 'lucide-react';
import { cx } from './cx';

type Level = 'info' | 'warning' | 'danger';
type Finding = { code: string; subject: string; sentence: string; level: Level };

const looks = {
	info: { Icon: Info, color: 'text-muted' },
	warning: { Icon: TriangleAlert, color: 'text-warning' },
	danger: { Icon: CircleAlert, color: 'text-danger' },
} satisfies Record<Level, unknown>;

/** Sentences with a weight and what they are about, heaviest first. */
export function PowerList({ powers, none }: { powers: readonly Finding[]; none: string }) {
	if (powers.length === 0) return <p className="text-sm text-muted">{none}</p>;
	const sorted = [...powers].sort((a, b) => weight[b.level] - weight[a.level]);
	return (
		<ul className="grid gap-2.5 text-sm">
			{sorted.map((power) => {
				const { Icon, color } = looks[power.level];
				return (
					<li key={`${power.code} ${power.subject} ${power.sentence}`} className="flex items-start gap-2.5">
						<Icon aria-hidden className={cx('mt-0.5 size-4 shrink-0', color)} />
						<span className="min-w-0">
							{power.sentence} <code className="text-xs break-all text-muted">{power.subject}</code>
						</span>
					</li>
				);
			})}
		</ul>
	);
}

const weight = { info: 0, warning: 1, danger: 2 } satisfies Record<Level, number>;
