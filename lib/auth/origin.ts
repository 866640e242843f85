const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** The origins of our own base URLs; a loopback one is known by all its names, since people type either. */
export function ownOrigins(baseUrls: readonly string[]): string[] {
	const origins = baseUrls.flatMap((base) => {
		const url = new URL(base);
		if (!LOOPBACK.includes(url.hostname)) return [url.origin];
		const port = url.port === '' ? '' : `:${url.port}`;
		return LOOPBACK.map((host) => `${url.protocol}//${host}${port}`);
	});
	return [...new Set(origins)];
}

/**
 * May this request change something, as far as its origin tells? Browsers state it (Origin, Sec-Fetch-Site) and pages
 * cannot forge it; a client that states nothing is not a browser and carries no cookie of somebody else.
 */
export function isSameOrigin(headers: Headers, baseUrls: readonly string[]): boolean {
	const site = headers.get('sec-fetch-site');
	if (site !== null && site !== 'same-origin' && site !== 'none') return false;
	const origin = headers.get('origin');
	return origin === null || ownOrigins(baseUrls).includes(origin);
}
