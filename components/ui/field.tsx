import { CircleAlert } from 'lucide-react';
import { type ReactNode, useId } from 'react';
import { cx } from './cx';

/** What a control must carry so that label, help and error are read out with it. */
type ControlProps = { id: string; 'aria-describedby': string | undefined; 'aria-invalid': true | undefined };

type FieldProps = {
	label: ReactNode;
	/** Said after the label, e.g. "optional". */
	aside?: ReactNode;
	description?: ReactNode;
	error?: string | null | undefined;
	/** Give one to be able to link to the control, e.g. from an error summary. */
	id?: string;
	className?: string;
	children: (control: ControlProps) => ReactNode;
};

/** Label above, help below it, control, then the error: one column, so that nothing jumps sideways. */
export function Field({ label, aside, description, error, id, className, children }: FieldProps) {
	const ownId = useId();
	const controlId = id ?? ownId;
	const described = [description ? `${controlId}-help` : null, error ? `${controlId}-error` : null]
		.filter(Boolean)
		.join(' ');
	return (
		<div className={cx('grid gap-1.5', className)}>
			<div className="flex flex-wrap items-baseline justify-between gap-x-3">
				<label htmlFor={controlId} className="text-sm font-medium">
					{label}
				</label>
				{aside ? <span className="text-xs text-muted">{aside}</span> : null}
			</div>
			{description ? (
				<div id={`${controlId}-help`} className="text-sm text-muted">
					{description}
				</div>
			) : null}
			{children({
				id: controlId,
				'aria-describedby': described || undefined,
				'aria-invalid': error ? true : undefined,
			})}
			<FieldError id={`${controlId}-error`} error={error} />
		</div>
	);
}

export function FieldError({ id, error }: { id: string; error: string | null | undefined }) {
	if (!error) return null;
	return (
		<p id={id} className="flex items-start gap-1.5 text-sm text-danger">
			<CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
			{error}
		</p>
	);
}
