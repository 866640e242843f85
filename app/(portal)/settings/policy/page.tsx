import type { Metadata } from 'next';
import { PolicyPage } from '@/app/(portal)/screens';
import { requireActor } from '@/lib/http';

export const metadata: Metadata = { title: 'Policy' };

type PageProps = { searchParams: Promise<Record<'pack' | 'power', string | string[] | undefined>> };

export default async function Page({ searchParams }: PageProps) {
	await requireActor('installs:read');
	const { pack, power } = await searchParams;
	return <PolicyPage asked={typeof pack === 'string' && typeof power === 'string' ? { packId: pack, power } : null} />;
}
