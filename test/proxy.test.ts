import { NextRequest } from 'next/server';
import { expect, test } from 'vitest';
import { config, proxy } from '../proxy';

const page = (path = '/packs?q=x', headers: Record<string, string> = {}) =>
	proxy(new NextRequest(`http://127.0.0.1:3000${path}`, { headers }));

test('every answer has its own nonce, the same in the policy and in what the page gets', () => {
	const [first, second] = [page(), page()].map((response) => ({
		nonce: response.headers.get('x-middleware-request-x-nonce') ?? '',
		policy: response.headers.get('content-security-policy') ?? '',
		inner: response.headers.get('x-middleware-request-content-security-policy'),
	}));
	expect(first?.nonce).toMatch(/^[A-Za-z0-9+/]{22}==$/);
	expect(first?.policy).toContain(`script-src 'self' 'nonce-${first?.nonce}' 'strict-dynamic';`);
	expect(first?.inner).toBe(first?.policy);
	expect(second?.nonce).not.toBe(first?.nonce);
});

test('outside development nothing inline and nothing evaluated is allowed', () => {
	const policy = page().headers.get('content-security-policy') ?? '';
	expect(policy).not.toMatch(/unsafe|\*|https?:/);
	for (const part of ["default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"]) {
		expect(policy.split('; ')).toContain(part);
	}
});

test('the page learns its own path, whatever the visitor claims', () => {
	const response = page('/audit?subject=a', { 'x-packyard-path': '//evil.example', 'x-nonce': 'guessed' });
	expect(response.headers.get('x-middleware-request-x-packyard-path')).toBe('/audit?subject=a');
	expect(response.headers.get('x-middleware-request-x-nonce')).not.toBe('guessed');
});

test('https is insisted on only where it is in use', () => {
	expect(page().headers.get('strict-transport-security')).toBeNull();
	expect(page('/', { 'x-forwarded-proto': 'https' }).headers.get('strict-transport-security')).toContain('max-age');
});

test.each([
	['/', true],
	['/packs/desk', true],
	['/apiary', true],
	['/api/runner/apply', false],
	['/_next/static/chunks/a.js', false],
])('%s passes the proxy: %s', (path, passes) => {
	expect(new RegExp(`^${config.matcher}$`).test(path)).toBe(passes);
});
