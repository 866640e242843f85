import { type Actor, isSameOrigin, type RunnerActor, roleFor, type UserActor } from '@/lib/auth';
import type { Permission } from '@/lib/contracts/permissions';
import { AppError } from '@/lib/core';

/**
 * What a route asks of its caller: a right, any signed-in person (`session`), the portal with the runner's token
 * (`runner`), or nothing (`public`).
 */
export type RoutePermission = Permission | 'session' | 'runner' | 'public';

/** The person, when they may do this. Throws AppError: `unauthenticated` or `forbidden` (naming the role that may). */
export function requireUser(actor: Actor | null, permission: Permission | 'session'): UserActor {
	if (actor === null)
		throw new AppError('unauthenticated', 'You are not signed in.', { hint: 'Sign in and try again.' });
	if (actor.kind !== 'user') throw new AppError('forbidden', 'This is for people, not for the runner.');
	if (permission !== 'session' && !actor.permissions.includes(permission)) {
		throw new AppError('forbidden', `You may not do this as ${actor.role}.`, {
			hint: `Ask somebody with the role ${roleFor(permission)}.`,
			details: { permission, role: actor.role },
		});
	}
	return actor;
}

/** Throws AppError: `unauthenticated` without a token, `forbidden` for people. */
export function requireRunner(actor: Actor | null): RunnerActor {
	if (actor === null) throw new AppError('unauthenticated', 'The token of the runner is missing or wrong.');
	if (actor.kind !== 'runner') throw new AppError('forbidden', 'Only the portal itself talks to the runner.');
	return actor;
}

/** Refuse a change that a foreign page asks for with the visitor's cookie. Throws AppError('forbidden'). */
export function requireSameOrigin(request: Request, baseUrls: readonly string[]): void {
	if (['GET', 'HEAD', 'OPTIONS'].includes(request.method)) return;
	// A token is never sent by itself, so no foreign page can make a browser send it.
	if (request.headers.has('authorization') || isSameOrigin(request.headers, baseUrls)) return;
	throw new AppError('forbidden', 'This request came from another site.', {
		hint: 'Open Packyard at its own address. If this is its address, set PACKYARD_URL to it.',
	});
}
