import type { Clock } from '@/lib/core';

/** `take(key)` is 0 when the attempt may go on, else the seconds to wait. */
export type SignInLimit = { take(key: string): number };

const WINDOW = 60_000;
const MOST_KEYS = 10_000;

/**
 * At most `perMinute` attempts per account. Counted by account and not by address, because an address can be invented
 * (X-Forwarded-For); better-auth counts addresses as well.
 */
export function createSignInLimit(perMinute: number, clock: Clock): SignInLimit {
	const windows = new Map<string, { from: number; count: number }>();
	return {
		take(key) {
			const now = clock().getTime();
			const window = windows.get(key);
			if (window === undefined || now - window.from >= WINDOW) {
				if (windows.size >= MOST_KEYS) forgetOld(windows, now);
				windows.set(key, { from: now, count: 1 });
				return 0;
			}
			if (window.count >= perMinute) return Math.ceil((window.from + WINDOW - now) / 1000);
			window.count++;
			return 0;
		},
	};
}

function forgetOld(windows: Map<string, { from: number }>, now: number): void {
	for (const [key, window] of windows) if (now - window.from >= WINDOW) windows.delete(key);
	// Somebody tries ten thousand names within a minute: start over rather than grow without bound.
	if (windows.size >= MOST_KEYS) windows.clear();
}
