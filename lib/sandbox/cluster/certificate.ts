import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

export type Certificate = { certPem: string; keyPem: string };

const YEARS = 10;
const OID = {
	ecdsaWithSha256: '1.2.840.10045.4.3.2',
	commonName: '2.5.4.3',
	basicConstraints: '2.5.29.19',
	altName: '2.5.29.17',
};
const TAG = {
	boolean: 0x01,
	integer: 0x02,
	bits: 0x03,
	octets: 0x04,
	oid: 0x06,
	utf8: 0x0c,
	time: 0x18,
	sequence: 0x30,
	set: 0x31,
};

/**
 * A self-signed P-256 certificate for 127.0.0.1 and localhost that is its own CA (RFC 5280; Node can read X.509 but not
 * write it). TLS is needed because Go clients send no bearer token over plain HTTP.
 */
export function createCertificate(now: Date = new Date()): Certificate {
	const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
	const algorithm = sequence(oid(OID.ecdsaWithSha256));
	const name = sequence(der(TAG.set, sequence(oid(OID.commonName), der(TAG.utf8, Buffer.from('packyard-sandbox')))));
	const end = new Date(now);
	end.setFullYear(end.getFullYear() + YEARS);
	const body = sequence(
		der(0xa0, der(TAG.integer, Buffer.from([2]))), // version 3
		der(TAG.integer, serialNumber()),
		algorithm,
		name,
		// An hour of slack for machines whose clocks disagree.
		sequence(time(new Date(now.getTime() - 3_600_000)), time(end)),
		name,
		publicKey.export({ type: 'spki', format: 'der' }),
		der(0xa3, extensions()),
	);
	const signature = Buffer.concat([Buffer.from([0]), sign('sha256', body, privateKey)]);
	return {
		certPem: pem('CERTIFICATE', sequence(body, algorithm, der(TAG.bits, signature))),
		keyPem: pem('PRIVATE KEY', privateKey.export({ type: 'pkcs8', format: 'der' })),
	};
}

function extensions(): Buffer {
	const isAuthority = sequence(der(TAG.boolean, Buffer.from([0xff])));
	const names = sequence(der(0x87, Buffer.from([127, 0, 0, 1])), der(0x82, Buffer.from('localhost')));
	return sequence(
		sequence(oid(OID.basicConstraints), der(TAG.boolean, Buffer.from([0xff])), der(TAG.octets, isAuthority)),
		sequence(oid(OID.altName), der(TAG.octets, names)),
	);
}

/** Positive, and without a leading zero byte: DER wants the shortest form. */
function serialNumber(): Buffer {
	const serial = randomBytes(8);
	serial.writeUInt8((serial.readUInt8(0) & 0x7f) | 0x40, 0);
	return serial;
}

function sequence(...parts: Buffer[]): Buffer {
	return der(TAG.sequence, ...parts);
}

function der(tag: number, ...parts: Buffer[]): Buffer {
	const content = Buffer.concat(parts);
	const { length } = content;
	const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
	return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

/** The first two numbers share a byte; the rest are base 128, most significant first. */
function oid(dotted: string): Buffer {
	const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
	const bytes = [first * 40 + second];
	for (const number of rest) {
		const digits = [number & 0x7f];
		for (let left = number >> 7; left > 0; left >>= 7) digits.unshift((left & 0x7f) | 0x80);
		bytes.push(...digits);
	}
	return der(TAG.oid, Buffer.from(bytes));
}

function time(date: Date): Buffer {
	return der(TAG.time, Buffer.from(date.toISOString().replace(/[-:T]|\.\d+/g, '')));
}

function pem(label: string, bytes: Buffer): string {
	const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
	return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
