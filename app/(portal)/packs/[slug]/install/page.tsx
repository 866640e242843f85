import type { Metadata } from 'next';
import { InstallPackPage } from '@/app/(portal)/screens';
import { requireActor } from '@/lib/http';

type PageProps = { params: Promise<{ slug: string }>; searchParams: Promise<{ version?: string | string[] }> };

export async function generateMetadata({ params }: PageProps): Promise<Metadata> {
	return { title: `Install ${(await params).slug}` };
}

export default async function Page({ params, searchParams }: PageProps) {
	await requireActor('installs:plan');
	const { slug } = await params;
	const { version } = await searchParams;
	return <InstallPackPage slug={slug} asked={typeof version === 'string' ? version : null} />;
}
