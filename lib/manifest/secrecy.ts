/**
 * Guesses about secrecy. They only ever add protection: a guess never turns a declared secret into plain text.
 */

const SECRET_PARTS = ['_SECRET', '_KEY', '_TOKEN', '_PASSWORD', '_CREDENTIAL', 'API_KEY', 'APIKEY', 'PASSPHRASE'];
const SECRET_WORDS = new Set(['SECRET', 'TOKEN', 'PASSWORD', 'PASSWD', 'PASS', 'PWD', 'CREDENTIALS', 'CREDENTIAL']);
const CREDENTIAL_NAMES = new Set(
	'token access_token auth_token accesstoken key apikey api_key api-key password passwd pwd pass secret client_secret sig signature credential credentials auth'.split(
		' ',
	),
);
const PASSWORD_NAMES = new Set(['password', 'passwd', 'pwd', 'accountkey', 'sharedaccesskey']);
const TOKEN_PREFIX =
	/^(?:gh[pousr]_|github_pat_|glpat-|sk-|sk_live_|rk_live_|xox[abprs]-|AKIA[0-9A-Z]{12}|-----BEGIN )/;
const PAIR = /(^|[?&;#\s])([A-Za-z_-]{1,40})=([^&;#\s]+)/g;

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
	if (TOKEN_PREFIX.test(value)) return true;
	for (let found = value.indexOf('://'); found !== -1; found = value.indexOf('://', found + 3)) {
		// Lists such as `nats://a,nats://user:pw@b` hold several authorities; look at each.
		if (hasUserInfo(value, found + 3)) return true;
	}
	const query = value.indexOf('?');
	for (const match of value.matchAll(PAIR)) {
		const name = (match[2] ?? '').toLowerCase();
		const inQuery = query !== -1 && match.index >= query;
		if (inQuery ? CREDENTIAL_NAMES.has(name) : PASSWORD_NAMES.has(name)) return true;
	}
	return false;
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

function hasUserInfo(value: string, start: number): boolean {
	for (let index = start; index < value.length; index += 1) {
		const character = value[index];
		if (character === '@') return index > start;
		if (character === '/' || character === '?' || character === '#' || character === ' ') return false;
	}
	return false;
}
