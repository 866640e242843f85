import { STATUS_CODES } from 'node:http';
import type { Problem } from '@/lib/contracts/problem';
import { isAppError, redact, statusByCode } from '@/lib/core';

type Place = { requestId: string; instance: string };

/**
 * Any thrown value as an `application/problem+json` response (RFC 9457). Our own errors tell their sentence and the
 * next step; anything else becomes a 500 with the request id and nothing more.
 */
export function toProblem(error: unknown, place: Place): Response {
	const problem = describe(error, place);
	// Text by text, so that a careless message of a deeper layer cannot carry a secret out.
	const body = JSON.stringify(problem, (_, value) => (typeof value === 'string' ? redact(value) : value));
	const wait = problem.details.retryAfterSeconds;
	return new Response(body, {
		status: problem.status,
		headers: {
			'content-type': 'application/problem+json',
			...(typeof wait === 'number' ? { 'retry-after': String(wait) } : {}),
		},
	});
}

function describe(error: unknown, { requestId, instance }: Place): Problem {
	const known = isAppError(error) ? error : null;
	const code = known?.code ?? 'internal';
	const status = statusByCode[code];
	return {
		type: 'about:blank',
		title: STATUS_CODES[status] ?? 'Client Closed Request',
		status,
		detail: known?.message ?? 'Something went wrong on the server.',
		code,
		hint: known === null ? `Look for the request id ${requestId} in the log.` : known.hint,
		instance,
		requestId,
		invalidParams: (known?.invalidParams ?? []).map(({ name, reason }) => ({ name, reason })),
		details: { ...known?.details },
	};
}
