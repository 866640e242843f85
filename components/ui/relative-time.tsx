'use client';

import { useSyncExternalStore } from 'react';

type RelativeTimeProps = { at: string; className?: string };

/** "3 min ago", the exact time on hover. The server and the first paint show the exact time in UTC, so both agree. */
export function RelativeTime({ at, className }: RelativeTimeProps) {
	const now = useNow();
	return (
		<time dateTime={at} title={absoluteTime(at)} className={className}>
			{now === null ? absoluteTime(at) : relativeTime(at, now)}
		</time>
	);
}

/** "3 Apr 2026, 14:05 UTC". The zone is said, so that admins in two countries read the same. */
export function absoluteTime(at: string): string {
	return `${new Date(at).toLocaleString('en-GB', { timeZone: 'UTC', day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' })} UTC`;
}

/** `now` in milliseconds. Future times (clocks differ) read as "just now". */
function relativeTime(at: string, now: number): string {
	const seconds = Math.max(0, Math.round((now - Date.parse(at)) / 1000));
	if (seconds < 45) return 'just now';
	const minutes = Math.round(seconds / 60);
	if (minutes < 60) return `${minutes} min ago`;
	const hours = Math.round(minutes / 60);
	if (hours < 24) return hours === 1 ? '1 hour ago' : `${hours} hours ago`;
	const days = Math.round(hours / 24);
	if (days < 30) return days === 1 ? 'yesterday' : `${days} days ago`;
	return new Date(at).toLocaleDateString('en-GB', { timeZone: 'UTC', day: 'numeric', month: 'short', year: 'numeric' });
}

/** "850 ms", "12 s", "3 min 20 s". */
export function duration(milliseconds: number): string {
	if (milliseconds < 1000) return `${Math.max(0, Math.round(milliseconds))} ms`;
	const seconds = Math.round(milliseconds / 1000);
	if (seconds < 60) return `${seconds} s`;
	const minutes = Math.floor(seconds / 60);
	return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** The time in milliseconds, moving every 10 s; null on the server and during hydration. */
export function useNow(): number | null {
	return useSyncExternalStore(subscribe, readNow, noTime);
}

const TICK_MS = 10_000;
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let current = 0;

function subscribe(listener: () => void): () => void {
	listeners.add(listener);
	// One timer for the whole page, and none when nothing shows a time.
	timer ??= setInterval(() => {
		current = Date.now();
		for (const each of listeners) each();
	}, TICK_MS);
	return () => {
		listeners.delete(listener);
		if (listeners.size > 0) return;
		clearInterval(timer);
		timer = undefined;
	};
}

function readNow(): number {
	// Stable between ticks, as React asks of a snapshot.
	if (Date.now() - current > TICK_MS) current = Date.now();
	return current;
}

function noTime(): null {
	return null;
}
