import type { Metadata, Viewport } from 'next';
import { headers } from 'next/headers';
import type { ReactNode } from 'react';
import '@fontsource-variable/geist';
import '@fontsource-variable/geist-mono';
import { themeScript } from '@/components/ui/theme';
import './globals.css';

export const metadata: Metadata = {
	title: { default: 'Packyard', template: '%s · Packyard' },
	description: 'Install, upgrade and prove KhalOS packs.',
	referrer: 'same-origin',
	robots: { index: false, follow: false },
};

export const viewport: Viewport = {
	themeColor: [
		{ media: '(prefers-color-scheme: dark)', color: '#0d0f14' },
		{ media: '(prefers-color-scheme: light)', color: '#f6f5f3' },
	],
};

/** Reading the nonce makes every page dynamic, which the strict content security policy needs anyway. */
export default async function RootLayout({ children }: { children: ReactNode }) {
	const nonce = (await headers()).get('x-nonce') ?? undefined;
	return (
		<html lang="en" data-theme="dark" suppressHydrationWarning>
			<head>
				{/* biome-ignore lint/security/noDangerouslySetInnerHtml: a constant of ours that must run before the first paint */}
				<script nonce={nonce} suppressHydrationWarning dangerouslySetInnerHTML={{ __html: themeScript }} />
			</head>
			<body>{children}</body>
		</html>
	);
}
