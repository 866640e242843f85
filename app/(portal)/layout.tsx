import type { ReactNode } from 'react';
import { PortalShell } from '@/components/layout/portal-shell';

/** The frame only: every page decides for itself who may see it. */
export default function PortalLayout({ children }: { children: ReactNode }) {
	return <PortalShell>{children}</PortalShell>;
}
