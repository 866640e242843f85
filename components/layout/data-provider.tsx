'use client';

import { IsRestoringProvider, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState, useSyncExternalStore } from 'react';
import { ApiError } from '@/lib/api-client';
import { isHydrated, partIsAlive, subscribeToHydration } from './hydration';

/**
 * What asks the server lives below it; in one page load all providers share one client, so that the frame and the page
 * do not ask twice. An expired session leads to the sign-in page from wherever it is noticed.
 */
export function DataProvider({ children }: { children: ReactNode }) {
	const [client] = useState(clientOfPage);
	const hydrated = useSyncExternalStore(subscribeToHydration, isHydrated, neverOnServer);
	useEffect(partIsAlive, []);
	return (
		<QueryClientProvider client={client}>
			<IsRestoringProvider value={!hydrated}>{children}</IsRestoringProvider>
		</QueryClientProvider>
	);
}

function neverOnServer(): boolean {
	return false;
}

const RETRIES = 2;

let ofBrowser: QueryClient | null = null;

/** On the server every drawing has its own: what one person may see is nothing for the next. */
function clientOfPage(): QueryClient {
	if (typeof window === 'undefined') return createClient();
	ofBrowser ??= createClient();
	return ofBrowser;
}

function createClient(): QueryClient {
	return new QueryClient({
		queryCache: new QueryCache({ onError: leaveWhenSignedOut }),
		defaultOptions: {
			queries: { retry: (failures, error) => failures < RETRIES && error instanceof ApiError && error.transient },
		},
	});
}

function leaveWhenSignedOut(error: Error): void {
	if (!(error instanceof ApiError) || error.problem.status !== 401) return;
	const here = window.location.pathname + window.location.search;
	if (here.startsWith('/sign-in') || here.startsWith('/setup')) return;
	window.location.assign(`/sign-in?next=${encodeURIComponent(here)}`);
}
