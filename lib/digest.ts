import { hash } from 'node:crypto';

/** `sha256:<64 hex>` of the bytes, the form OCI uses (image-spec, descriptor.md). */
export function sha256(bytes: Uint8Array | string): string {
	return `sha256:${hash('sha256', bytes, 'hex')}`;
}

/** SRI string `sha512-<base64>` as npm packuments carry it. */
export function sri512(bytes: Uint8Array): string {
	return `sha512-${hash('sha512', bytes, 'base64')}`;
}

/**
 * JSON with sorted keys and no white space, so that equal values give equal bytes (RFC 8785 in spirit; numbers are
 * JavaScript's own). `undefined` members are left out; a Date is its ISO text. Throws on functions and symbols.
 */
export function canonicalJson(value: unknown): string {
	if (value === null || typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string') {
		return JSON.stringify(value);
	}
	if (value instanceof Date) return JSON.stringify(value.toISOString());
	if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
	if (typeof value === 'object') {
		const members = Object.entries(value)
			.filter(([, member]) => member !== undefined)
			.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
			.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
		return `{${members.join(',')}}`;
	}
	throw new TypeError(`canonicalJson cannot write a ${typeof value}`);
}

/** Digest of a value through its canonical JSON. */
export function digestOf(value: unknown): string {
	return sha256(canonicalJson(value));
}
