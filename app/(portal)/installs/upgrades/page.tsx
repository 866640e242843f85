import type { Metadata } from 'next';
import { UpgradesPage } from '@/app/(portal)/screens';
import { requireActor } from '@/lib/http';

export const metadata: Metadata = { title: 'Can I upgrade?' };

export default async function Page() {
	await requireActor('installs:read');
	return <UpgradesPage />;
}
