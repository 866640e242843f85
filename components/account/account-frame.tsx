import type { ReactNode } from 'react';
import { Brand } from '@/components/layout/brand';

/** One narrow card in the middle: the pages before signing in. */
export function AccountFrame({ title, lead, children }: { title: string; lead: ReactNode; children: ReactNode }) {
	return (
		<main className="mx-auto grid min-h-dvh w-full max-w-md content-center gap-6 px-4 py-10">
			<Brand />
			<div className="grid gap-5 rounded-card border border-line bg-surface p-6">
				<div className="grid gap-1.5">
					<h1 className="text-xl font-semibold tracking-tight">{title}</h1>
					<p className="text-sm text-muted">{lead}</p>
				</div>
				{children}
			</div>
		</main>
	);
}
