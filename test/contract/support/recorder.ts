import type { ConnectionOptions } from '@/lib/registry';

type OnAnswer = NonNullable<ConnectionOptions['onAnswer']>;

/** What left the client: where to, with which kind of credential, and what came back. */
export type Recorded = { host: string; path: string; authorization: 'none' | 'basic' | 'bearer'; status: number };

/** Overhears every request of a client. */
export function createRecorder(): { onAnswer: OnAnswer; requests: Recorded[] } {
	const requests: Recorded[] = [];
	return {
		requests,
		onAnswer({ url, authorization, status }) {
			const { host, pathname, search } = new URL(url);
			requests.push({ host, path: `${pathname}${search}`, authorization, status });
		},
	};
}
