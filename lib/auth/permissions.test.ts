import { expect, test } from 'vitest';
import { Permission, roles } from '@/lib/contracts/permissions';
import { can, permissionsOf, readRole, roleFor } from './permissions';

test.each([
	['member', ['packs:read', 'installs:read', 'sources:read']],
	['platform-dev', ['packs:read', 'installs:read', 'installs:plan', 'audit:read', 'sources:read']],
	[
		'platform-admin',
		['packs:read', 'installs:read', 'installs:plan', 'installs:write', 'audit:read', 'sources:read', 'sources:sync'],
	],
	['platform-owner', Permission.options],
] as const)('%s may do exactly this', (role, permissions) => {
	expect(permissionsOf(role)).toEqual(permissions);
});

test('every permission belongs to somebody, and a higher role never loses one', () => {
	for (const permission of Permission.options) {
		const holders = roles.filter((role) => can(role, permission));
		expect(holders).toEqual(roles.slice(roles.indexOf(roleFor(permission))));
	}
});

test.each([
	['platform-owner', 'platform-owner'],
	['admin', 'platform-admin'],
	['Owner', 'platform-owner'],
	['developer', 'platform-dev'],
	['viewer', 'member'],
	['org-admin', 'member'],
	['', 'member'],
	['constructor', 'member'],
	['platform-owner,member', 'member'],
])('the role name %j is read as %s', (name, role) => {
	expect(readRole(name)).toBe(role);
});
