import { useId } from 'react';
import { Badge } from '@/components/ui/badge';
import { cx } from '@/components/ui/cx';
import { PolicyVerdict, powerWords } from '@/lib/contracts/policy';
import type { PowerCode } from '@/lib/contracts/runner';

export const verdictWords = { allow: 'Allow', confirm: 'Confirm', refuse: 'Refuse' } satisfies Record<
	PolicyVerdict,
	string
>;

const looks = {
	allow: 'has-checked:bg-success-soft has-checked:text-success',
	confirm: 'has-checked:bg-warning-soft has-checked:text-warning',
	refuse: 'has-checked:bg-danger-soft has-checked:text-danger',
} satisfies Record<PolicyVerdict, string>;

type PolicyChoiceProps = {
	code: PowerCode;
	chosen: PolicyVerdict;
	saved: PolicyVerdict;
	usual: PolicyVerdict;
	readOnly: boolean;
	onChoose: (verdict: PolicyVerdict) => void;
};

/** One kind of power: what having it means, and one of three answers. Real radios: arrows choose, Tab goes on. */
export function PolicyChoice({ code, chosen, saved, usual, readOnly, onChoose }: PolicyChoiceProps) {
	const base = useId();
	const { name, means } = powerWords[code];
	const hint = chosen === usual ? null : `Default: ${verdictWords[usual]}.`;
	return (
		<fieldset
			aria-describedby={`${base}-means`}
			className="grid gap-x-8 gap-y-2.5 px-5 py-4 md:grid-cols-[minmax(0,1fr)_auto] md:items-center"
		>
			<legend className="sr-only">{name}</legend>
			<div className="grid gap-0.5">
				<p aria-hidden className="flex flex-wrap items-center gap-x-2.5 gap-y-1 text-sm font-medium">
					{name}
					{chosen === saved ? null : <Badge tone="info">not saved</Badge>}
				</p>
				<p id={`${base}-means`} className="max-w-prose text-sm text-muted">
					{means} {hint}
				</p>
			</div>
			<div className="grid w-full grid-cols-3 overflow-hidden rounded-control border border-control-line bg-sunken md:w-72">
				{PolicyVerdict.options.map((verdict) => (
					<label
						key={verdict}
						className={cx(
							'relative flex h-9 items-center justify-center border-l border-control-line text-[13px] font-medium text-muted first:rounded-l-control first:border-l-0 last:rounded-r-control',
							// The choice must be told without its colour, too.
							'has-checked:font-semibold has-checked:shadow-[inset_0_0_0_1px_currentColor]',
							'has-focus-visible:outline-2 has-focus-visible:-outline-offset-2 has-focus-visible:outline-copper',
							readOnly ? 'cursor-default' : 'cursor-pointer hover:text-ink',
							looks[verdict],
						)}
					>
						<input
							type="radio"
							name={`${base}-verdict`}
							value={verdict}
							checked={chosen === verdict}
							disabled={readOnly}
							onChange={() => onChoose(verdict)}
							className="absolute inset-0 cursor-[inherit] appearance-none outline-none"
						/>
						{verdictWords[verdict]}
					</label>
				))}
			</div>
		</fieldset>
	);
}
