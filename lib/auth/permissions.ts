import { Permission, type Role, roles } from '@/lib/contracts/permissions';

/** What each role may do beyond the one below it (DESIGN section 7). */
const added = {
	member: ['packs:read', 'installs:read', 'sources:read'],
	'platform-dev': ['installs:plan', 'audit:read'],
	'platform-admin': ['installs:write', 'sources:sync'],
	'platform-owner': ['sources:write', 'settings:write', 'people:write'],
} as const satisfies Record<Role, readonly Permission[]>;

/** Names other parts of KhalOS use for the same roles. */
const aliases: Readonly<Record<string, Role>> = {
	admin: 'platform-admin',
	developer: 'platform-dev',
	dev: 'platform-dev',
	owner: 'platform-owner',
	viewer: 'member',
	user: 'member',
};

/** The stored or foreign name as one of the four roles. Unknown = `member`, so a typo never gives rights. */
export function readRole(name: string): Role {
	const wanted = name.trim().toLowerCase();
	return roles.find((role) => role === wanted) ?? (Object.hasOwn(aliases, wanted) ? aliases[wanted] : null) ?? 'member';
}

/** Everything `role` may do, its own rights and those of the roles below it, in the order of `Permission`. */
export function permissionsOf(role: Role): Permission[] {
	const held: readonly Permission[] = roles.slice(0, roles.indexOf(role) + 1).flatMap((each) => added[each]);
	return Permission.options.filter((permission) => held.includes(permission));
}

export function can(role: Role, permission: Permission): boolean {
	return permissionsOf(role).includes(permission);
}

/** The lowest role that holds `permission`; for "ask a platform-admin". */
export function roleFor(permission: Permission): Role {
	return roles.find((role) => can(role, permission)) ?? 'platform-owner';
}
