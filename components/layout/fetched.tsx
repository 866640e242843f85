'use client';

import dynamic from 'next/dynamic';
import { type ReactNode, Suspense, useEffect } from 'react';
import { awaitPart } from './hydration';

// What `z.config({ jitless: true })` sets, without loading zod: it would probe `new Function` to compile schemas, which
// the content security policy refuses and reports. Here, because it has to be said before the first schema is made.
if (typeof window !== 'undefined') Object.assign(window, { __zod_globalConfig: { jitless: true } });

/** Whatever needs data: its code arrives beside the frame, while the words of the server are already on the screen. */
export function Fetched({ children, fallback = null }: { children: ReactNode; fallback?: ReactNode }) {
	useEffect(awaitPart, []);
	return (
		<Suspense fallback={fallback}>
			<DataProvider>{children}</DataProvider>
		</Suspense>
	);
}

/** Who is signed in, theme, sign out. */
export function AccountMenu({ placement }: { placement: 'sidebar' | 'top-bar' }) {
	return (
		<Fetched>
			<UserMenu placement={placement} />
		</Fetched>
	);
}

/** Says that this is the pretend world, when it is. */
export function WorldLabel() {
	return (
		<Fetched>
			<SandboxLabel />
		</Fetched>
	);
}

// One import for the three: what they have in common is loaded once.
const DataProvider = dynamic(() => import('./frame-data').then((part) => part.DataProvider));
const SandboxLabel = dynamic(() => import('./frame-data').then((part) => part.SandboxLabel));
const UserMenu = dynamic(() => import('./frame-data').then((part) => part.UserMenu));
