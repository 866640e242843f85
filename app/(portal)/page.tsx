import type { Metadata } from 'next';
import { HomePage } from '@/app/(portal)/screens';
import { requireActor } from '@/lib/http';

export const metadata: Metadata = { title: 'Needs you' };

export default async function Page() {
	await requireActor('installs:read');
	return <HomePage />;
}
