import { type Locale, permissionSentence } from './messages';

/** The capabilities KhalOS documents (facts/khalos.md 1.2). The set is open: others are shown verbatim, marked unknown. */
export const knownPermissions = [
	'nats:publish',
	'nats:subscribe',
	'files:read',
	'files:write',
	'pty:spawn',
	'http:fetch',
	'system:clipboard',
	'system:notifications',
] as const;
export type KnownPermission = (typeof knownPermissions)[number];

export type PermissionInWords = { permission: string; sentence: string; known: boolean };

/** What a permission lets the pack do, in one plain sentence. */
export function describePermission(permission: string, locale: Locale = 'en'): PermissionInWords {
	const known = knownPermissions.find((candidate) => candidate === permission);
	return {
		permission,
		sentence: permissionSentence(locale, known ?? null, permission),
		known: known !== undefined,
	};
}

export function isKnownPermission(permission: string): boolean {
	return knownPermissions.some((candidate) => candidate === permission);
}
