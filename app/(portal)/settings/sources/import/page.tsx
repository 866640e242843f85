import type { Metadata } from 'next';
import { ImportBundlePage } from '@/app/(portal)/screens';
import { requireActor } from '@/lib/http';

export const metadata: Metadata = { title: 'Import packs from a file' };

export default async function Page() {
	await requireActor('sources:write');
	return <ImportBundlePage />;
}
