import { z } from 'zod';

/** KhalOS roles, lowest first (facts: shell ROLE_HIERARCHY). An unknown role is read as `member`. */
export const roles = ['member', 'platform-dev', 'platform-admin', 'platform-owner'] as const;
export const Role = z.enum(roles);
export type Role = z.infer<typeof Role>;

/** Every permission a route may ask for. Who holds which is decided in `lib/auth/permissions.ts`. */
export const Permission = z.enum([
	'packs:read',
	'installs:read',
	'installs:plan',
	'installs:write',
	'audit:read',
	'sources:read',
	'sources:sync',
	'sources:write',
	'settings:write',
	'people:write',
]);
export type Permission = z.infer<typeof Permission>;
