/** Join class names, leaving out the conditions that were false. */
export function cx(...parts: readonly (string | false | null | undefined)[]): string {
	return parts.filter(Boolean).join(' ');
}
