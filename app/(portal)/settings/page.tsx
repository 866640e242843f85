import type { Metadata } from 'next';
import { SettingsPage } from '@/components/settings/settings-page';
import { requireActor } from '@/lib/http';

export const metadata: Metadata = { title: 'Settings' };

export default async function Page() {
	await requireActor('sources:read');
	return <SettingsPage />;
}
