import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { cx } from './cx';
import { toneSoft, toneText } from './tone';

type NoteTone = 'info' | 'success' | 'warning' | 'danger';

type NoteProps = {
	tone?: NoteTone;
	title?: ReactNode;
	children?: ReactNode;
	/** What to do next, one sentence. */
	next?: ReactNode;
	/** Raw text for support, folded away. */
	technical?: string | null;
	actions?: ReactNode;
	/** Read out when it appears after something the reader did. */
	live?: boolean;
	className?: string;
};

const icons = { info: Info, success: CircleCheck, warning: TriangleAlert, danger: CircleAlert } satisfies Record<
	NoteTone,
	unknown
>;

/** What happened, what to do next, and the raw text below for those who need it. */
export function Note({ tone = 'info', title, children, next, technical, actions, live = false, className }: NoteProps) {
	const Icon = icons[tone];
	return (
		<div
			role={live ? (tone === 'danger' ? 'alert' : 'status') : undefined}
			className={cx('flex items-start gap-3 rounded-card border px-4 py-3 text-sm', toneSoft[tone], className)}
		>
			<Icon aria-hidden className={cx('mt-0.5 size-4 shrink-0', toneText[tone])} />
			<div className="grid min-w-0 flex-1 gap-1.5">
				{title ? <p className="font-medium text-ink">{title}</p> : null}
				{children ? <div className="text-ink/85">{children}</div> : null}
				{next ? <p className="text-ink/85">{next}</p> : null}
				{technical ? (
					<details>
						<summary className="w-fit text-muted underline decoration-dotted underline-offset-4">
							Technical detail
						</summary>
						<pre className="mt-2 max-h-64 overflow-auto rounded-control bg-sunken p-3 text-xs whitespace-pre-wrap text-muted">
							{technical}
						</pre>
					</details>
				) : null}
				{actions ? <div className="mt-1.5 flex flex-wrap gap-2">{actions}</div> : null}
			</div>
		</div>
	);
}
