import { BlockList, isIP } from 'node:net';

/**
 * What kind of place an address is. `forbidden` is never a legitimate registry: link-local (cloud metadata services),
 * unspecified, multicast, and the tunnels that could smuggle a private IPv4 address inside an IPv6 one.
 */
export type AddressKind = 'public' | 'private' | 'loopback' | 'forbidden';

/** The kind of a literal IP address, brackets allowed. Null when `host` is a name. IPv4-mapped IPv6 counts as IPv4. */
export function classifyAddress(host: string): AddressKind | null {
	const address = host.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
	const family = isIP(address);
	if (family === 0) return null;
	const type = family === 4 ? 'ipv4' : 'ipv6';
	for (const [kind, list] of lists) if (list.check(address, type)) return kind;
	return 'public';
}

/** As `classifyAddress`, and `localhost` (RFC 6761) is loopback whatever a resolver says. */
export function classifyHost(hostname: string): AddressKind | null {
	const name = hostname.toLowerCase().replace(/\.$/, '');
	if (name === 'localhost' || name.endsWith('.localhost')) return 'loopback';
	return classifyAddress(name);
}

// IANA special-purpose registries for IPv4 and IPv6; fd00:ec2::/32 and 192.0.0.0/24 hold metadata services of clouds.
const subnets: readonly [AddressKind, readonly string[]][] = [
	['loopback', ['127.0.0.0/8', '::1/128']],
	[
		'forbidden',
		[
			'0.0.0.0/8',
			'169.254.0.0/16',
			'192.0.0.0/24',
			'192.0.2.0/24',
			'198.51.100.0/24',
			'203.0.113.0/24',
			'224.0.0.0/4',
			'240.0.0.0/4',
			'::/128',
			'64:ff9b::/96',
			'64:ff9b:1::/48',
			'100::/64',
			'2001::/32',
			'2001:db8::/32',
			'2002::/16',
			'fd00:ec2::/32',
			'fe80::/10',
			'ff00::/8',
		],
	],
	[
		'private',
		['10.0.0.0/8', '100.64.0.0/10', '172.16.0.0/12', '192.168.0.0/16', '198.18.0.0/15', 'fc00::/7', 'fec0::/10'],
	],
];

const lists = subnets.map(([kind, ranges]) => [kind, blockList(ranges)] as const);

function blockList(ranges: readonly string[]): BlockList {
	const list = new BlockList();
	for (const range of ranges) {
		const [address = '', prefix = ''] = range.split('/');
		list.addSubnet(address, Number(prefix), isIP(address) === 4 ? 'ipv4' : 'ipv6');
	}
	return list;
}
