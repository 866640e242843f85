import type { Metadata } from 'next';
import { InstallPage } from '@/app/(portal)/screens';
import { requireActor } from '@/lib/http';

export const metadata: Metadata = { title: 'Install' };

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
	await requireActor('installs:read');
	const { id } = await params;
	return <InstallPage id={id} />;
}
