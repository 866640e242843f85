/** One challenge of a WWW-Authenticate header; scheme and parameter names in lower case. */
export type Challenge = { scheme: string; parameters: Readonly<Record<string, string>> };

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const PARAMETER = new RegExp(`(${TOKEN})\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|(${TOKEN}))`, 'y');
const SCHEME = new RegExp(`(${TOKEN})(?=\\s|,|$)(?!\\s*=)`, 'y');
/** token68 as in `Negotiate abc==`: skipped, we answer neither scheme that uses it. */
const TOKEN68 = /[A-Za-z0-9._~+/-]+=*(?=\s*(,|$))/y;
const SEPARATOR = /[\s,]+/y;

/** A header longer than this is not a challenge but an attack on the parser. */
const LONGEST_HEADER = 8192;

/**
 * Parse WWW-Authenticate (RFC 9110, section 11.6.1): several challenges in one header, quoted commas and escapes,
 * any case. What cannot be read ends the list; a broken header is no reason to crash.
 */
export function parseChallenges(header: string | null): Challenge[] {
	if (header === null || header.length > LONGEST_HEADER) return [];
	const challenges: { scheme: string; parameters: Record<string, string> }[] = [];
	let position = 0;
	function take(pattern: RegExp): RegExpExecArray | null {
		pattern.lastIndex = position;
		const match = pattern.exec(header ?? '');
		if (match) position += match[0].length;
		return match;
	}
	while (position < header.length) {
		if (take(SEPARATOR)) continue;
		const current = challenges.at(-1);
		const parameter = current ? take(PARAMETER) : null;
		if (current && parameter) {
			const [, name = '', quoted, plain = ''] = parameter;
			current.parameters[name.toLowerCase()] ??= quoted?.replace(/\\(.)/g, '$1') ?? plain;
			continue;
		}
		const scheme = take(SCHEME);
		if (scheme) {
			challenges.push({ scheme: (scheme[1] ?? '').toLowerCase(), parameters: {} });
			continue;
		}
		if (!take(TOKEN68)) break;
	}
	return challenges;
}
