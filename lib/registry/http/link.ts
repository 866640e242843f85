import { AppError } from '@/lib/core';

/**
 * The address after `rel="next"` in a Link header (RFC 8288), resolved against `base`, or null. Throws AppError
 * `upstream_forbidden` when it leaves the origin: a page of a list lives where the list lives.
 */
export function nextLink(header: string | null, base: string): string | null {
	if (header === null) return null;
	for (const [, target = '', parameters = ''] of header.matchAll(/<([^>]*)>([^<]*)/g)) {
		if (!/;\s*rel\s*=\s*("([^"]*\s)?next(\s[^"]*)?"|next\b)/i.test(parameters)) continue;
		if (!URL.canParse(target, base)) continue;
		const next = new URL(target, base);
		const origin = new URL(base);
		if (next.origin !== origin.origin) {
			throw new AppError('upstream_forbidden', `${origin.host} continues a list on ${next.host}, which is refused.`, {
				hint: 'Ask whoever runs the registry or its proxy why its Link header names another host.',
				details: { host: origin.host, status: null, retriable: false, refusedHost: next.host },
			});
		}
		return next.href;
	}
	return null;
}

/**
 * The address of a next page, with the path that `first` has where the link only leaves out the beginning of it:
 * Artifactory forgets the virtual repository (RTFACT-18971), proxies that rewrite paths forget their prefix.
 */
export function nextPage(next: string, first: URL): string {
	const told = new URL(next);
	const own = first.pathname.replace(/^\/v2\//, '/');
	const bare = told.pathname.replace(/^\/v2\//, '/');
	if (bare === own || !own.endsWith(bare)) return next;
	told.pathname = first.pathname;
	return told.href;
}
