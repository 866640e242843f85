import { LoaderCircle } from 'lucide-react';
import { type ComponentProps, type ReactNode, useId } from 'react';
import { AppLink, TextLink } from './app-link';
import { cx } from './cx';

type ButtonVariant = 'primary' | 'secondary' | 'quiet' | 'danger';
type ButtonSize = 'small' | 'medium' | 'large';

type Look = { variant?: ButtonVariant; size?: ButtonSize };

export type DisabledReason = { text: string; href?: string | null; linkText?: string };

export type ButtonProps = Omit<ComponentProps<'button'>, 'disabled'> &
	Look & {
		icon?: ReactNode;
		/** Words shown instead of the label while the button works; it does nothing when pressed meanwhile. */
		busy?: string | null;
		/** Why the button does nothing. Shown as text next to it, with a link to the remedy; the button stays reachable by keyboard. */
		disabledReason?: DisabledReason | null;
	};

export function Button({
	variant,
	size,
	icon,
	busy,
	disabledReason,
	children,
	className,
	onClick,
	onMouseDown,
	...rest
}: ButtonProps) {
	const reasonId = useId();
	const inert = Boolean(busy) || Boolean(disabledReason);
	const button = (
		<button
			type="button"
			{...rest}
			aria-disabled={inert || rest['aria-disabled'] || undefined}
			aria-describedby={disabledReason ? reasonId : rest['aria-describedby']}
			className={cx(buttonLook({ variant, size }), className)}
			onMouseDown={(event) => {
				// Pressing a submit button must not blur the field first: a message that appears on blur would move the
				// button away under the pointer, and the click would land nowhere.
				if (rest.type === 'submit') event.preventDefault();
				onMouseDown?.(event);
			}}
			onClick={(event) => {
				if (inert) event.preventDefault();
				else onClick?.(event);
			}}
		>
			{busy ? <LoaderCircle aria-hidden className="size-4 animate-spin" /> : icon}
			{busy ?? children}
		</button>
	);
	if (!disabledReason) return button;
	return (
		<span className="inline-flex flex-wrap items-center gap-x-3 gap-y-1.5">
			{button}
			<span id={reasonId} className="max-w-prose text-sm text-muted">
				{disabledReason.text}{' '}
				{disabledReason.href ? (
					<TextLink href={disabledReason.href}>{disabledReason.linkText ?? 'Go there'}</TextLink>
				) : null}
			</span>
		</span>
	);
}

type ButtonLinkProps = ComponentProps<typeof AppLink> & Look & { icon?: ReactNode };

/** A link that looks like a button: use it for going somewhere, `Button` for doing something. */
export function ButtonLink({ variant, size, icon, children, className, ...rest }: ButtonLinkProps) {
	return (
		<AppLink {...rest} className={cx(buttonLook({ variant, size }), className)}>
			{icon}
			{children}
		</AppLink>
	);
}

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

function buttonLook({ variant = 'secondary', size = 'medium' }: Look = {}): string {
	return cx(
		'inline-flex shrink-0 items-center justify-center gap-2 whitespace-nowrap rounded-control font-medium transition-colors',
		'aria-disabled:cursor-not-allowed [&_svg]:size-4 [&_svg]:shrink-0',
		sizes[size],
		variants[variant],
	);
}
