import type { Metadata } from 'next';
import { OperationPage } from '@/components/operations/operation-page';
import { requireActor } from '@/lib/http';

export const metadata: Metadata = { title: 'Operation' };

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
	await requireActor('installs:read');
	const { id } = await params;
	return <OperationPage id={id} />;
}
