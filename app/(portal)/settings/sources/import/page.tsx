import type { Metadata } from 'next';
import { ImportBundlePage } from '@/components/settings/import-bundle-page';
import { requireActor } from '@/lib/http';

export const metadata: Metadata = { title: 'Import packs from a file' };

export default async function Page() {
	await requireActor('sources:write');
	return <ImportBundlePage />;
}
