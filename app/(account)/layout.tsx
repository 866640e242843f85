import type { ReactNode } from 'react';
import { Fetched } from '@/components/layout/fetched';

/** The pages before signing in have no frame. */
export default function AccountLayout({ children }: { children: ReactNode }) {
	return <Fetched fallback={<p role="status">Loading the page…</p>}>{children}</Fetched>;
}
