import Link from 'next/link';
import type { ComponentProps, ReactNode } from 'react';
import { cx } from './cx';

type AppLinkProps = Omit<ComponentProps<typeof Link>, 'href'> & {
	/** A path of this portal (may carry a query and a fragment), or an absolute https address. */
	href: string;
	children: ReactNode;
};

/** Link for addresses that come from data: inside the portal through the router, outside in a new tab without a referrer. */
export function AppLink({ href, children, ...rest }: AppLinkProps) {
	if (/^https?:\/\//.test(href)) {
		return (
			<a href={href} target="_blank" rel="noopener noreferrer" className={rest.className}>
				{children}
			</a>
		);
	}
	return (
		<Link {...rest} href={toUrlObject(href)}>
			{children}
		</Link>
	);
}

/** AppLink in the colour of a link inside running text. */
export function TextLink({ className, ...rest }: AppLinkProps) {
	return (
		<AppLink
			{...rest}
			className={cx(
				'text-copper-text underline decoration-copper/40 underline-offset-4 hover:decoration-copper',
				className,
			)}
		/>
	);
}

/** Typed routes accept any address as an object, and only known ones as text. */
function toUrlObject(href: string): { pathname?: string; search?: string; hash?: string } {
	const match = /^([^?#]*)(\?[^#]*)?(#.*)?$/.exec(href);
	const [, pathname, search, hash] = match ?? [];
	return { ...(pathname ? { pathname } : {}), ...(search ? { search } : {}), ...(hash ? { hash } : {}) };
}
