import type { ReactNode } from 'react';
import { cx } from './cx';
import { type Tone, toneSoft, toneText } from './tone';

type BadgeProps = { tone?: Tone; icon?: ReactNode; title?: string; children: ReactNode; className?: string };

/** A short state in words; the colour only repeats what the words say. */
export function Badge({ tone = 'neutral', icon, title, children, className }: BadgeProps) {
	return (
		<span
			title={title}
			className={cx(
				'inline-flex max-w-full items-center gap-1.5 rounded-full border px-2.5 py-0.5 text-xs font-medium [&_svg]:size-3.5 [&_svg]:shrink-0',
				toneSoft[tone],
				toneText[tone],
				className,
			)}
		>
			{icon}
			<span className="truncate">{children}</span>
		</span>
	);
}
