import type { Metadata } from 'next';
import { OperationsPage } from '@/app/(portal)/screens';
import { requireActor } from '@/lib/http';

export const metadata: Metadata = { title: 'Operations' };

export default async function Page() {
	await requireActor('installs:read');
	return <OperationsPage />;
}
