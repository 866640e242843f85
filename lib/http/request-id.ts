import { randomUUID } from 'node:crypto';

/** The id to quote to support: the caller's own when it is sane (a proxy may set it), else a new one. */
export function requestIdOf(headers: Headers): string {
	const given = headers.get('x-request-id');
	return given !== null && /^[\w.-]{8,64}$/.test(given) ? given : randomUUID();
}
