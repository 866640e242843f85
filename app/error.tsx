'use client';

import { buttonLook } from '@/components/ui/button-look';

type PageErrorProps = { error: Error & { digest?: string }; reset: () => void };

/** The last net under a page. Operations run on the server and are not touched by a page that fails to draw. */
export default function PageError({ error, reset }: PageErrorProps) {
	return (
		<div role="alert" className="mx-auto grid max-w-md content-center gap-3 px-6 py-24">
			<h1 className="text-2xl font-semibold tracking-tight">This page could not be shown</h1>
			<p className="text-sm text-muted">
				Nothing was changed by that: running operations continue on the server. Try again; if it stays like this, give
				the reference below to whoever looks after this portal.
			</p>
			<p className="text-xs text-muted">
				Reference: <code>{error.digest ?? error.name}</code>
			</p>
			<div className="mt-2 flex flex-wrap gap-2">
				<button type="button" className={buttonLook({ variant: 'primary' })} onClick={reset}>
					Try again
				</button>
				<a href="/" className={buttonLook()}>
					Needs you
				</a>
			</div>
		</div>
	);
}
