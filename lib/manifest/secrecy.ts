import { CREDENTIAL_PARAMETER } from '@/lib/core';

/**
 * Guesses about secrecy. They only ever add protection: a guess never turns a declared secret into plain text.
 */

const SECRET_PARTS = ['_SECRET', '_KEY', '_TOKEN', '_PASSWORD', '_CREDENTIAL', 'API_KEY', 'APIKEY', 'PASSPHRASE'];
const SECRET_WORDS = new Set(['SECRET', 'TOKEN', 'PASSWORD', 'PASSWD', 'PASS', 'PWD', 'CREDENTIALS', 'CREDENTIAL']);
const TOKEN_PREFIX =
	/^(?:gh[pousr]_|github_pat_|glpat-|sk-|sk_live_|rk_live_|xox[abprs]-|AKIA[0-9A-Z]{12}|-----BEGIN )/;
const PARAMETER = new RegExp(`([?&;#]${CREDENTIAL_PARAMETER}=)([^&;#\\s]+)`, 'gi');
/** Of connection strings: up to the next `;`, because a password may hold spaces. */
const PASSWORD =
	/((?:^|[;\s])(?:password|passwd|pwd|accountkey|sharedaccesskey|sharedaccesssignature)\s?=\s?)("[^"]+"|'[^']+'|[^;]+)/gi;
/** Stands where the credential was. Nobody's value: an answer that holds it came from a screen and not from a person. */
const HIDDEN = '[hidden]';

/**
 * True when the name of an untyped key looks like a secret: the names KhalOS' own `.env.example` reader uses, plus
 * whole words. Only for keys without a type; a declared type is believed (and linted).
 */
export function looksSecret(key: string): boolean {
	const name = key.toUpperCase();
	if (SECRET_PARTS.some((part) => name.includes(part))) return true;
	return name.endsWith('_PASS') || name.split('_').some((word) => SECRET_WORDS.has(word));
}

/**
 * True when a url or string carries a credential: user information in a URL, a query such as `token=`, a password in
 * a connection string, or a well-known token. Linear in the length of the value.
 */
export function containsCredential(value: string): boolean {
	return hideCredentials(value) !== value;
}

/**
 * The value as it may be shown to everyone who may look: what would let somebody in is replaced by `[hidden]`. For
 * looking at only; what is delivered is never changed.
 */
export function hideCredentials(value: string): string {
	if (TOKEN_PREFIX.test(value)) return HIDDEN;
	return hideParameters(hideUserInfo(value)).replace(PASSWORD, hidePart);
}

/** An answer taken from a screen, where a credential was not shown: delivering it would deliver the gap. */
export function hasHiddenPart(value: string): boolean {
	return value.includes(HIDDEN);
}

/** Placeholder texts that publishers leave where a value belongs; they are not values (facts: parse-env-example). */
export function isPlaceholder(value: string): boolean {
	const text = value.trim().toLowerCase();
	if (text === '' || text.length > 200) return false;
	return (
		/^(?:your[-_ ]|<|x{3,}$|change[-_ ]?me|replace[-_ ]?me|todo\b|sk-x{3,}|example[-_ ]?(?:key|token|secret))/.test(
			text,
		) || /^(?:secret|password|token|api[-_ ]?key)$/.test(text)
	);
}

function hidePart(_match: string, name: string): string {
	return `${name}${HIDDEN}`;
}

/** `;` and `#` divide parameters only behind the start of a query or fragment. */
function hideParameters(value: string): string {
	const start = value.search(/[?#]/);
	if (start === -1) return value;
	return value.slice(0, start) + value.slice(start).replace(PARAMETER, hidePart);
}

/** Lists such as `nats://a,nats://user:pw@b` hold several authorities; each is looked at. */
function hideUserInfo(value: string): string {
	let result = '';
	let done = 0;
	for (let found = value.indexOf('://'); found !== -1; found = value.indexOf('://', found + 3)) {
		const start = found + 3;
		const end = endOfUserInfo(value, start);
		if (end === null || start < done) continue;
		result += value.slice(done, start) + HIDDEN;
		done = end;
	}
	return result + value.slice(done);
}

/** Where the `@` of an authority is that has somebody in front of it; null when nobody is. */
function endOfUserInfo(value: string, start: number): number | null {
	for (let index = start; index < value.length; index += 1) {
		const character = value[index];
		if (character === '@') return index > start && value.slice(start, index) !== HIDDEN ? index : null;
		if (character === '/' || character === '?' || character === '#' || character === ' ') return null;
	}
	return null;
}
