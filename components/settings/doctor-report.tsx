import { CopyButton } from '@/components/ui/copy-button';
import { cx } from '@/components/ui/cx';
import { toneText } from '@/components/ui/tone';
import type { DoctorReport, DoctorStep } from '@/lib/contracts/sources';
import { reportText, resultLooks, stepTitles, verdict } from './doctor-words';

/** The verdict and the check list, step by step: what was found, the raw code, what to do next. */
export function DoctorReportView({ report }: { report: DoctorReport }) {
	return (
		<div className="grid gap-3">
			<div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1">
				<p role="status" className="text-sm font-medium">
					{verdict(report)}
				</p>
				<CopyButton text={reportText(report)} label="the report as text" />
			</div>
			<ol className="divide-y divide-line border-y border-line">
				{report.steps.map((step) => (
					<Step key={step.step} {...step} />
				))}
			</ol>
		</div>
	);
}

/** The same list before the answer: what is going to be checked, in the place where the results will stand. */
export function DoctorWaiting({ steps }: { steps: readonly DoctorStep['step'][] }) {
	return (
		<div className="grid gap-3">
			<p role="status" className="min-h-7 content-center text-sm font-medium">
				Asking the registries, one step after another. Slow networks need up to a minute…
			</p>
			<ol className="divide-y divide-line border-y border-line">
				{steps.map((step) => (
					<Step key={step} step={step} result="waiting" code={null} detail="" nextStep={null} />
				))}
			</ol>
		</div>
	);
}

type StepProps = Omit<DoctorStep, 'result'> & { result: DoctorStep['result'] | 'waiting' };

function Step({ step, result, code, detail, nextStep }: StepProps) {
	const { Icon, tone, word } = resultLooks[result];
	return (
		<li className="grid grid-cols-[1.25rem_minmax(0,1fr)] gap-x-3 gap-y-1 py-2.5 text-sm sm:grid-cols-[1.25rem_12.5rem_4.5rem_minmax(0,1fr)]">
			<Icon aria-hidden className={cx('mt-0.5 size-4', toneText[tone])} />
			<div className="flex flex-wrap items-baseline justify-between gap-x-3 sm:contents">
				<p className="font-medium">{stepTitles[step]}</p>
				<p className={toneText[tone]}>{word}</p>
			</div>
			<div className="col-start-2 grid min-w-0 content-start gap-1 sm:col-start-4">
				<p className="break-words text-ink/85">
					{detail}
					{code ? (
						<>
							{' '}
							<code className="rounded bg-raised px-1.5 py-0.5 text-xs whitespace-nowrap text-muted">{code}</code>
						</>
					) : null}
				</p>
				{nextStep ? (
					<p className="break-words">
						<span className="font-medium">Next: </span>
						{nextStep}
					</p>
				) : null}
			</div>
		</li>
	);
}
