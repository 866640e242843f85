import type { Metadata } from 'next';
import { OperationPage } from '@/app/(portal)/screens';
import { requireActor } from '@/lib/http';

export const metadata: Metadata = { title: 'Operation' };

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
	await requireActor('installs:read');
	const { id } = await params;
	return <OperationPage id={id} />;
}
