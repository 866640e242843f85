import { LoaderCircle } from 'lucide-react';
import { type ComponentProps, type ReactNode, useId } from 'react';
import { AppLink, TextLink } from './app-link';
import { type ButtonLook, buttonLook } from './button-look';
import { cx } from './cx';

export type DisabledReason = { text: string; href?: string | null; linkText?: string };

export type ButtonProps = Omit<ComponentProps<'button'>, 'disabled'> &
	ButtonLook & {
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

type ButtonLinkProps = ComponentProps<typeof AppLink> & ButtonLook & { icon?: ReactNode };

/** A link that looks like a button: use it for going somewhere, `Button` for doing something. */
export function ButtonLink({ variant, size, icon, children, className, ...rest }: ButtonLinkProps) {
	return (
		<AppLink {...rest} className={cx(buttonLook({ variant, size }), className)}>
			{icon}
			{children}
		</AppLink>
	);
}
