import { buttonLook } from '@/components/ui/button-look';

export const metadata = { title: 'Not found' };

export default function NotFound() {
	return (
		<main className="mx-auto grid min-h-dvh max-w-md content-center gap-3 px-6">
			<h1 className="text-2xl font-semibold tracking-tight">There is no such page</h1>
			<p className="text-sm text-muted">The address may be mistyped, or what it showed has been removed.</p>
			<div className="mt-2 flex flex-wrap gap-2">
				<a href="/" className={buttonLook({ variant: 'primary' })}>
					Needs you
				</a>
				<a href="/packs" className={buttonLook()}>
					Packs
				</a>
			</div>
		</main>
	);
}
