/** `2026-11-20T12:00:00Z`: the precision of GitHub and of Go's RFC 3339, without JavaScript's milliseconds. */
export function isoSeconds(date: Date): string {
	return date.toISOString().replace(/\.\d{3}Z$/, 'Z');
}
