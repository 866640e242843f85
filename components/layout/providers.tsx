'use client';

import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { config } from 'zod';
import { ApiError } from '@/lib/api-client';

// Zod would probe `new Function` to compile schemas; the content security policy refuses it and reports a violation.
config({ jitless: true });

/** One query client per page load. An expired session leads to the sign-in page from wherever it is noticed. */
export function Providers({ children }: { children: ReactNode }) {
	const [client] = useState(createClient);
	return <QueryClientProvider client={client}>{children}</QueryClientProvider>;
}

const RETRIES = 2;

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
