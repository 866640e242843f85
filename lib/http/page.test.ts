import { beforeEach, expect, test, vi } from 'vitest';
import { type Actor, permissionsOf } from '@/lib/auth';
import { createLogger } from '@/lib/log';
import { createPageGuard } from './page';

/** Next's own functions need a running server; they are replaced by what they do: throw, with where to. */
const visit = vi.hoisted(() => ({ headers: new Headers() }));
vi.mock('next/headers', () => ({ headers: async () => visit.headers }));
vi.mock('next/navigation', () => ({
	redirect: (to: string) => {
		throw new Error(`redirect ${to}`);
	},
	forbidden: () => {
		throw new Error('forbidden');
	},
}));

beforeEach(() => {
	visit.headers = new Headers();
});

function guard(actor: Actor | null, open = false) {
	return createPageGuard(() => ({
		auth: { authenticate: async () => actor },
		setup: { isOpen: async () => open },
		log: createLogger({ level: 'error', file: null, write: () => {} }),
		baseUrls: () => ['http://127.0.0.1:3000'],
	}));
}

const member: Actor = {
	kind: 'user',
	id: 'u1',
	name: 'Ana',
	email: 'ana@example.com',
	role: 'member',
	permissions: permissionsOf('member'),
	via: 'browser',
};

test('somebody who may see the page is returned to it', async () => {
	expect(await guard(member)('packs:read')).toBe(member);
	expect(await guard(member)('session')).toBe(member);
});

test('somebody who may not sees the forbidden page, and so does the runner', async () => {
	await expect(guard(member)('audit:read')).rejects.toThrow('forbidden');
	await expect(guard({ kind: 'runner' })('session')).rejects.toThrow('forbidden');
});

test.each([
	['/audit?subject=install:1', '/sign-in?next=%2Faudit%3Fsubject%3Dinstall%3A1'],
	['//evil.example', '/sign-in?next=%2F'],
	['/\\evil.example', '/sign-in?next=%2F'],
	['https://evil.example', '/sign-in?next=%2F'],
	[null, '/sign-in?next=%2F'],
])('a stranger at %s is led to %s', async (path, to) => {
	if (path !== null) visit.headers.set('x-packyard-path', path);
	await expect(guard(null)('packs:read')).rejects.toThrow(`redirect ${to}`);
});

test('before there is an owner, a stranger is led to the set-up', async () => {
	await expect(guard(null, true)('packs:read')).rejects.toThrow('redirect /setup');
});
