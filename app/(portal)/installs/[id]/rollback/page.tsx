import type { Metadata } from 'next';
import { RollbackPage } from '@/app/(portal)/screens';
import { requireActor } from '@/lib/http';

export const metadata: Metadata = { title: 'Roll back' };

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
	await requireActor('installs:plan');
	const { id } = await params;
	return <RollbackPage id={id} />;
}
