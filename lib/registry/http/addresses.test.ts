import { expect, test } from 'vitest';
import { classifyHost } from './addresses';

test.each([
	['127.0.0.1', 'loopback'],
	['127.9.9.9', 'loopback'],
	['[::1]', 'loopback'],
	['[::ffff:127.0.0.1]', 'loopback'],
	['localhost', 'loopback'],
	['Foo.LOCALHOST.', 'loopback'],
	['10.1.2.3', 'private'],
	['172.31.255.255', 'private'],
	['192.168.0.1', 'private'],
	['100.100.100.200', 'private'],
	['[fd12::1]', 'private'],
	['[::ffff:10.0.0.1]', 'private'],
	['169.254.169.254', 'forbidden'],
	['[fd00:ec2::254]', 'forbidden'],
	['[fe80::1%25eth0]', 'forbidden'],
	['0.0.0.0', 'forbidden'],
	['[::]', 'forbidden'],
	['[64:ff9b::a00:1]', 'forbidden'],
	['224.0.0.1', 'forbidden'],
	['8.8.8.8', 'public'],
	['172.32.0.1', 'public'],
	['[2606:4700::1]', 'public'],
	['ghcr.io', null],
	['10.0.0.1.example.com', null],
])('%s is %s', (host, kind) => {
	expect(classifyHost(host)).toBe(kind);
});

test.each(['http://2130706433/', 'http://0x7f.1/', 'http://0177.0.0.1/', 'http://127.1/'])(
	'%s is loopback however it is written',
	(url) => {
		expect(classifyHost(new URL(url).hostname)).toBe('loopback');
	},
);
