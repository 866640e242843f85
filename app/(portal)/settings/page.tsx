import type { Metadata } from 'next';
import { SettingsPage } from '@/app/(portal)/screens';
import { requireActor } from '@/lib/http';

export const metadata: Metadata = { title: 'Settings' };

export default async function Page() {
	await requireActor('sources:read');
	return <SettingsPage />;
}
