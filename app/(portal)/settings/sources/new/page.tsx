import type { Metadata } from 'next';
import { AddSourcePage } from '@/app/(portal)/screens';
import { requireActor } from '@/lib/http';

export const metadata: Metadata = { title: 'Add a source' };

export default async function Page() {
	await requireActor('sources:write');
	return <AddSourcePage />;
}
