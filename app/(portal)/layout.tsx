import { type ReactNode, Suspense } from 'react';
import { PortalShell } from '@/components/layout/portal-shell';
import { WarmUp } from './screens';

/** The frame only: every page decides for itself who may see it. */
export default function PortalLayout({ children }: { children: ReactNode }) {
	return (
		<>
			<PortalShell>{children}</PortalShell>
			<Suspense>
				<WarmUp />
			</Suspense>
		</>
	);
}
