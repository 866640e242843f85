/** Remembers answers for a minute, so that many questions of one sync share a request; failures are never remembered. */
export type Memo<T> = { get(key: string, load: () => Promise<T>): Promise<T>; clear(key?: string): void };

const MEMO_MS = 60_000;

export function createMemo<T>(now: () => Date): Memo<T> {
	const kept = new Map<string, { until: number; value: T }>();
	return {
		async get(key, load) {
			const time = now().getTime();
			const known = kept.get(key);
			if (known !== undefined && known.until > time) return known.value;
			const value = await load();
			for (const [other, { until }] of kept) if (until <= time) kept.delete(other);
			kept.set(key, { until: time + MEMO_MS, value });
			return value;
		},
		clear(key) {
			if (key === undefined) kept.clear();
			else kept.delete(key);
		},
	};
}
