import type { ReactNode } from 'react';
import { CopyButton } from './copy-button';
import { cx } from './cx';

/** A key, name or version inside text. */
export function Mono({ children, className }: { children: ReactNode; className?: string }) {
	return <code className={cx('text-[0.92em] break-words', className)}>{children}</code>;
}

/** The start of a digest, the whole of it on hover and on copy. */
export function Digest({ value, label = 'digest' }: { value: string; label?: string }) {
	const [algorithm, rest] = splitDigest(value);
	return (
		<span className="inline-flex max-w-full items-center gap-0.5">
			<code title={value} className="truncate text-xs">
				<span className="text-muted">{algorithm}</span>
				{rest.slice(0, 12)}…
			</code>
			<CopyButton text={value} label={label} />
		</span>
	);
}

/** `sha256:<hex>` (OCI) or `sha512-<base64>` (npm integrity). */
function splitDigest(value: string): [string, string] {
	const match = /^(sha\d+[:-])(.+)$/.exec(value);
	return match?.[1] && match[2] ? [match[1], match[2]] : ['', value];
}
