import type { Metadata } from 'next';
import { AuditView } from '@/app/(portal)/screens';
import { requireActor } from '@/lib/http';

export const metadata: Metadata = { title: 'Audit' };

export default async function Page() {
	await requireActor('audit:read');
	return <AuditView />;
}
