'use client';

import { Circle, CircleCheck, CircleMinus, CircleX, LoaderCircle } from 'lucide-react';
import { cx } from '@/components/ui/cx';
import { duration } from '@/components/ui/relative-time';
import { type Tone, toneText } from '@/components/ui/tone';
import type { Step } from '@/lib/contracts/operations';
import { stepWord } from './operation-words';
import { useClock } from './use-clock';

const looks = {
	waiting: { Icon: Circle, tone: 'neutral' },
	running: { Icon: LoaderCircle, tone: 'info' },
	done: { Icon: CircleCheck, tone: 'success' },
	failed: { Icon: CircleX, tone: 'danger' },
	skipped: { Icon: CircleMinus, tone: 'neutral' },
} satisfies Record<Step['state'], { Icon: typeof Circle; tone: Tone }>;

/** The named steps of an operation from top to bottom, each with its state in words, its time and its last line. */
export function StepList({ steps, finished }: { steps: readonly Step[]; finished: boolean }) {
	const now = useClock(!finished);
	return (
		<ol className="grid">
			{steps.map((step, index) => (
				<StepRow
					key={step.name}
					step={step}
					finished={finished}
					last={index === steps.length - 1}
					// A step of an interrupted run has a start and no end; its time is only told while it moves.
					milliseconds={elapsed(step, finished ? null : now)}
				/>
			))}
		</ol>
	);
}

type StepRowProps = { step: Step; finished: boolean; last: boolean; milliseconds: number | null };

function StepRow({ step, finished, last, milliseconds }: StepRowProps) {
	const { Icon, tone } = looks[step.state];
	const quiet = step.state === 'waiting' || step.state === 'skipped';
	return (
		<li
			className="relative flex gap-3 pb-4 last:pb-0"
			aria-current={step.state === 'running' && !finished ? 'step' : undefined}
		>
			{last ? null : <span aria-hidden className="absolute top-6 bottom-0.5 left-[9px] w-px bg-line-strong" />}
			<Icon
				aria-hidden
				className={cx(
					'mt-0.5 size-[19px] shrink-0',
					toneText[tone],
					step.state === 'running' && !finished && 'animate-spin',
				)}
			/>
			<div className="min-w-0 flex-1">
				<div className="flex items-baseline justify-between gap-3 text-sm">
					<span className={quiet ? 'text-muted' : 'font-medium'}>{step.title}</span>
					<span className={cx('shrink-0 text-xs', toneText[tone])}>
						{stepWord(step, finished)}
						{milliseconds === null ? null : (
							<span className="ml-2 text-muted tabular-nums">
								{milliseconds < 1000 ? 'under 1 s' : duration(milliseconds)}
							</span>
						)}
					</span>
				</div>
				{/* One line is always kept free for the last line, so that steps do not jump while they run. */}
				<p className="min-h-5 text-[13px] leading-5 break-words text-muted">{step.detail}</p>
			</div>
		</li>
	);
}

function elapsed(step: Step, now: number | null): number | null {
	if (step.startedAt === null || step.state === 'skipped' || step.state === 'waiting') return null;
	const end = step.finishedAt === null ? now : Date.parse(step.finishedAt);
	// The clocks of server and browser may differ by seconds.
	return end === null ? null : Math.max(0, end - Date.parse(step.startedAt));
}
