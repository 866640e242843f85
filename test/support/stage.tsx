import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { AppRouterContext } from 'next/dist/shared/lib/app-router-context.shared-runtime';
import { type ReactNode, useState } from 'react';

type StageProps = {
	children: ReactNode;
	/** Told where the page wants to go. */
	onPush?: (href: string) => void;
};

/** What a page of the portal stands on: a router that goes nowhere, and data that is asked for once and fails at once. */
export function Stage({ children, onPush = ignore }: StageProps) {
	const [client] = useState(createClient);
	const router = {
		back: ignore,
		forward: ignore,
		refresh: ignore,
		replace: ignore,
		prefetch: ignore,
		push: onPush,
		experimental_gesturePush: ignore,
		bfcacheId: '',
	};
	return (
		<AppRouterContext.Provider value={router}>
			<QueryClientProvider client={client}>{children}</QueryClientProvider>
		</AppRouterContext.Provider>
	);
}

function ignore(): void {}

function createClient(): QueryClient {
	return new QueryClient({ defaultOptions: { queries: { retry: false } } });
}
