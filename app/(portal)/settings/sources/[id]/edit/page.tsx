import type { Metadata } from 'next';
import { EditSourcePage } from '@/app/(portal)/screens';
import { requireActor } from '@/lib/http';

export const metadata: Metadata = { title: 'Edit source' };

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
	await requireActor('sources:write');
	const { id } = await params;
	return <EditSourcePage id={id} />;
}
