import type { Metadata } from 'next';
import { InstallsPage } from '@/app/(portal)/screens';
import { requireActor } from '@/lib/http';

export const metadata: Metadata = { title: 'Installs' };

export default async function Page() {
	await requireActor('installs:read');
	return <InstallsPage />;
}
