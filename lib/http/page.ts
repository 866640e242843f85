import { headers } from 'next/headers';
import { forbidden, redirect } from 'next/navigation';
import type { UserActor } from '@/lib/auth';
import type { Permission } from '@/lib/contracts/permissions';
import type { HttpRuntime } from './route';

/** Set by `proxy.ts` on every page request: path and query, which Next does not tell a page. */
const PATH_HEADER = 'x-packyard-path';

/**
 * `requireActor()` for a runtime. Every page calls it for itself; layouts and the proxy guard nothing. Leads a
 * stranger to `/sign-in` (and back afterwards) or, before there is an owner, to `/setup`; shows the "forbidden" page
 * to those who may not. Throws AppError when it cannot be told who asks.
 */
export function createPageGuard(getRuntime: () => Promise<HttpRuntime> | HttpRuntime) {
	return async function requireActor(permission: Permission | 'session'): Promise<UserActor> {
		const runtime = await getRuntime();
		const received = new Headers(await headers());
		const [base = 'http://localhost'] = runtime.baseUrls();
		const actor = await runtime.auth.authenticate(new Request(base, { headers: received }));
		if (actor === null) {
			if (await runtime.setup.isOpen()) redirect('/setup');
			redirect(`/sign-in?next=${encodeURIComponent(pathOf(received))}`);
		}
		if (actor.kind !== 'user') forbidden();
		if (permission !== 'session' && !actor.permissions.includes(permission)) forbidden();
		return actor;
	};
}

/** Only a path of ours: `//host` would lead elsewhere after signing in. */
function pathOf(received: Headers): string {
	const path = received.get(PATH_HEADER) ?? '/';
	return /^\/(?![/\\])/.test(path) ? path : '/';
}
