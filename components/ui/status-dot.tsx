import { cx } from './cx';
import { type Tone, toneFill } from './tone';

/** Decoration beside words; `active` pulses while something is going on. */
export function StatusDot({ tone = 'neutral', active = false }: { tone?: Tone; active?: boolean }) {
	return (
		<span aria-hidden className="relative inline-flex size-2 shrink-0">
			{active ? <span className={cx('absolute inset-0 animate-ping rounded-full opacity-60', toneFill[tone])} /> : null}
			<span className={cx('relative size-2 rounded-full', toneFill[tone])} />
		</span>
	);
}
