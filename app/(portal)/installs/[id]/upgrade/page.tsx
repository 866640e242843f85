import type { Metadata } from 'next';
import { UpgradePage } from '@/app/(portal)/screens';
import { requireActor } from '@/lib/http';

export const metadata: Metadata = { title: 'Upgrade' };

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
	await requireActor('installs:plan');
	const { id } = await params;
	return <UpgradePage id={id} />;
}
