import type { Metadata } from 'next';
import { PackPage } from '@/app/(portal)/screens';
import { requireActor } from '@/lib/http';

type PageProps = { params: Promise<{ slug: string }> };

export async function generateMetadata({ params }: PageProps): Promise<Metadata> {
	return { title: (await params).slug };
}

export default async function Page({ params }: PageProps) {
	await requireActor('packs:read');
	const { slug } = await params;
	return <PackPage slug={slug} />;
}
