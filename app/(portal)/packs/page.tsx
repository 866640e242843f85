import { PacksPage } from '@/app/(portal)/screens';
import { requireActor } from '@/lib/http';

export const metadata = { title: 'Packs' };

export default async function Page() {
	await requireActor('packs:read');
	return <PacksPage />;
}
