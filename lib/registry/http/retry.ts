/** Pure decisions about repeating a request. All times in milliseconds. */

const BASE_WAIT = 500;
/** GHCR says `retry-after: 880.092µs`; obeying that to the letter would only be throttled again. */
const SHORTEST_HINT = 1_000;

export type Headers = { get(name: string): string | null };

/** Statuses that a later identical GET may heal (RFC 9110; 501 and 505 never change). */
export function isRetriableStatus(status: number): boolean {
	return status === 408 || status === 429 || (status >= 500 && status !== 501 && status !== 505);
}

/**
 * True for a refusal that is about how often, not about who: 429, or GitHub's 403 with `retry-after`, an exhausted
 * `x-ratelimit-remaining`, or a text about the secondary limit (GitHub docs, REST rate limits).
 */
export function isRateLimit(status: number, headers: Headers, body: string): boolean {
	if (status === 429) return true;
	if (status !== 403) return false;
	if (headers.get('retry-after') !== null || headers.get('x-ratelimit-remaining') === '0') return true;
	return /secondary rate limit/i.test(body);
}

/**
 * How long the server asks to wait, or null when it does not say: `Retry-After` in seconds or as a date, GitHub's
 * `x-ratelimit-reset` when nothing remains, or GHCR's hint in the message (Go duration units).
 */
export function askedWait(headers: Headers, body: string, now: Date): number | null {
	const retryAfter = headers.get('retry-after')?.trim();
	if (retryAfter !== undefined) {
		if (/^\d+(\.\d+)?$/.test(retryAfter)) return Number(retryAfter) * 1000;
		const date = Date.parse(retryAfter);
		if (!Number.isNaN(date)) return Math.max(0, date - now.getTime());
	}
	const reset = Number(headers.get('x-ratelimit-reset') ?? Number.NaN);
	if (headers.get('x-ratelimit-remaining') === '0' && Number.isFinite(reset)) {
		return Math.max(0, reset * 1000 - now.getTime());
	}
	const hint = /retry-after:\s*((?:\d+(?:\.\d+)?(?:ns|us|µs|μs|ms|s|m|h))+)/i.exec(body)?.[1];
	return hint === undefined ? null : Math.max(SHORTEST_HINT, goDuration(hint));
}

/** Wait before attempt `attempt` (1 = first repetition): what was asked plus jitter, else exponential with jitter. */
export function backoff(attempt: number, asked: number | null, random: () => number): number {
	if (asked !== null) return asked + Math.round(random() * BASE_WAIT);
	const ceiling = BASE_WAIT * 2 ** (attempt - 1);
	return Math.round(ceiling / 2 + (random() * ceiling) / 2);
}

function goDuration(text: string): number {
	const units: Readonly<Record<string, number>> = {
		ns: 1e-6,
		us: 1e-3,
		µs: 1e-3,
		μs: 1e-3,
		ms: 1,
		s: 1000,
		m: 60_000,
		h: 3_600_000,
	};
	let total = 0;
	for (const [, amount = '0', unit = ''] of text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|μs|ms|s|m|h)/gi)) {
		total += Number(amount) * (units[unit.toLowerCase()] ?? 0);
	}
	return total;
}
