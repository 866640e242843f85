/**
 * A v4 UUID, made once per form so that a double click or a retried request is one operation.
 * `crypto.randomUUID` does not exist on pages served over plain http from another machine; `getRandomValues` does.
 */
export function newRequestId(): string {
	const bytes = crypto.getRandomValues(new Uint8Array(16));
	// RFC 9562 section 5.4: version in the high nibble of octet 6, variant in the two high bits of octet 8.
	bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
	bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
	const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
	return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
