import type { PasteCode } from './catalogue';
import { type Locale, pasteSentence } from './messages';
import { isPlaceholder } from './secrecy';

/** `fixed` is the value without the flaw, or null when only a person can tell. Never log either. */
export type PasteWarning = { code: PasteCode; message: string; fixed: string | null };

const INVISIBLE = /[\u200b-\u200f\u2060\ufeff\u00ad]+/g;
const KEY_PREFIX = /^(?:export\s+)?[A-Za-z_][A-Za-z0-9_]{1,80}\s{0,2}=\s{0,2}(?=[^\s=])/;
const QUOTES = new Set(['"', "'", '`', '“”', '‘’']);

/** What looks wrong with a pasted secret. Runs in the browser; the value goes nowhere. */
export function pasteWarnings(value: string, locale: Locale = 'en'): PasteWarning[] {
	if (value === '') return [];
	const found: [PasteCode, string | null][] = [];
	// A PEM block ends with a line break by definition.
	const isPem = value.trimStart().startsWith('-----BEGIN ');
	const trimmed = value.trim();
	if (/[\r\n]$/.test(value) && !isPem) found.push(['line-break-at-end', value.replace(/[\r\n]+$/, '')]);
	else if (trimmed !== value && !isPem) found.push(['space-around', trimmed]);
	const visible = value.replace(INVISIBLE, '');
	if (visible !== value) found.push(['invisible', visible]);
	if (isQuoted(trimmed)) found.push(['quotes', trimmed.slice(1, -1)]);
	const prefix = KEY_PREFIX.exec(trimmed)?.[0];
	if (prefix !== undefined && isKeyName(prefix)) found.push(['key-prefix', trimmed.slice(prefix.length)]);
	if (/^bearer\s/i.test(trimmed)) found.push(['bearer', trimmed.slice('bearer'.length).trim()]);
	if (isPlaceholder(value)) found.push(['placeholder', null]);
	if (/^(?:-----BEGIN (?:[A-Z]{1,10} )?PUBLIC KEY-----|ssh-(?:rsa|ed25519) |ecdsa-sha2-)/.test(trimmed))
		found.push(['public-key', null]);
	return found.map(([code, fixed]) => ({ code, message: pasteSentence(locale, code), fixed }));
}

function isQuoted(text: string): boolean {
	const first = text[0] ?? '';
	const last = text.at(-1) ?? '';
	return text.length > 1 && (first === last ? QUOTES.has(first) : QUOTES.has(first + last));
}

/** Base64 also has letters before `=`; names in `.env` files are in capitals. */
function isKeyName(prefix: string): boolean {
	return prefix.startsWith('export') || /^[A-Z][A-Z0-9_]*\s*=/.test(prefix);
}
