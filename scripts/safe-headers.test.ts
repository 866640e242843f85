import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { withSafeHeaders } from './safe-headers.mjs';

test('an answer without any headers gets them', async () => {
	const headers = await headersOf((response) => response.end('x'));

	expect(headers.get('x-content-type-options')).toBe('nosniff');
	expect(headers.get('x-frame-options')).toBe('DENY');
	expect(headers.get('content-security-policy')).toContain("default-src 'none'");
	expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
});

test.each<[string, (response: ServerResponse) => void]>([
	['set before', (response) => response.setHeader('Content-Security-Policy', 'its own').end()],
	['written with the head', (response) => response.writeHead(200, { 'Content-Security-Policy': 'its own' }).end()],
])('a policy of its own stays, %s, and is the only one', async (_, answer) => {
	const headers = await headersOf(answer);

	expect(headers.get('content-security-policy')).toBe('its own');
	expect(headers.get('x-content-type-options')).toBe('nosniff');
});

async function headersOf(answer: (response: ServerResponse) => void): Promise<Headers> {
	const server = createServer((_, response) => answer(withSafeHeaders(response))).listen(0, '127.0.0.1');
	await once(server, 'listening');
	const address = server.address();
	const port = typeof address === 'object' && address !== null ? address.port : 0;
	const response = await fetch(`http://127.0.0.1:${port}/`);
	server.close();
	return response.headers;
}
