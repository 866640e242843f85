import { cx } from './cx';

export type ButtonLook = { variant?: ButtonVariant; size?: ButtonSize };

/** The classes of a button, for an element of its own: the pages that must work when nothing else does. */
export function buttonLook({ variant = 'secondary', size = 'medium' }: ButtonLook = {}): string {
	return cx(
		'inline-flex shrink-0 items-center justify-center gap-2 whitespace-nowrap rounded-control font-medium transition-colors',
		'aria-disabled:cursor-not-allowed [&_svg]:size-4 [&_svg]:shrink-0',
		sizes[size],
		variants[variant],
	);
}

type ButtonVariant = 'primary' | 'secondary' | 'quiet' | 'danger';
type ButtonSize = 'small' | 'medium' | 'large';

const sizes: Record<ButtonSize, string> = {
	small: 'h-8 px-3 text-[13px]',
	medium: 'h-9 px-3.5 text-sm',
	large: 'h-11 px-5 text-sm',
};

const variants: Record<ButtonVariant, string> = {
	primary:
		'bg-copper text-on-copper hover:bg-copper-strong aria-disabled:bg-raised aria-disabled:text-muted aria-disabled:border-line-strong border border-transparent',
	secondary:
		'border border-line-strong bg-surface text-ink hover:bg-raised aria-disabled:text-muted aria-disabled:bg-surface',
	quiet: 'border border-transparent text-muted hover:bg-raised hover:text-ink',
	danger:
		'border border-transparent bg-danger-fill text-on-fill hover:brightness-110 aria-disabled:bg-raised aria-disabled:text-muted',
};
