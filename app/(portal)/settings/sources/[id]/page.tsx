import type { Metadata } from 'next';
import { SourcePage } from '@/app/(portal)/screens';
import { requireActor } from '@/lib/http';

export const metadata: Metadata = { title: 'Source' };

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
	await requireActor('sources:read');
	const { id } = await params;
	return <SourcePage id={id} />;
}
