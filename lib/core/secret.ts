/**
 * A value that may be written once and never printed. JSON, string conversion and `util.inspect` all give
 * `[secret]`; the only way to the text is `reveal()`, which is easy to search for. While a Secret is alive its text
 * (and the forms it takes in base64, URLs and JSON) is removed by `redact()` from every log line and error text.
 */
export class Secret {
	readonly #text: string;

	constructor(text: string) {
		this.#text = text;
		const reference = new WeakRef(this);
		alive.add(reference);
		collected.register(this, reference);
	}

	/** The text itself. Call only at the door to the cluster or a registry. */
	reveal(): string {
		return this.#text;
	}

	toString(): string {
		return MASK;
	}

	toJSON(): string {
		return MASK;
	}

	[Symbol.for('nodejs.util.inspect.custom')](): string {
		return MASK;
	}
}

const MASK = '[secret]';
/** Shorter texts would blank ordinary words; they are still never printed through the Secret itself. */
const SHORTEST_REDACTED = 4;

/** Anything that can be asked for its text: a Secret of this copy of the module or of another one. */
type Revealing = { reveal(): string };

/**
 * One register per process. Next bundles instrumentation and routes apart, so this module exists more than once: a
 * secret that a route made must be removed from the lines that the worker's logger writes.
 */
const alive = registerOf(Symbol.for('packyard.living-secrets'));
const collected = new FinalizationRegistry<WeakRef<Revealing>>((reference) => alive.delete(reference));

function registerOf(slot: symbol): Set<WeakRef<Revealing>> {
	const existing: Set<WeakRef<Revealing>> | undefined = Reflect.get(globalThis, slot);
	if (existing !== undefined) return existing;
	const made = new Set<WeakRef<Revealing>>();
	Reflect.set(globalThis, slot, made);
	return made;
}

/**
 * Names of query parameters that carry a credential, as the source of a regular expression: `token`, `api_key`, `sig`,
 * `X-Amz-Signature` … Bounded, so that a long text of letters is not searched over and over.
 */
export const CREDENTIAL_PARAMETER =
	'(?:[\\w.-]{0,40}(?:token|secret|password|passwd|passphrase|pwd|signature|credentials?|api[_-]?key|access[_-]?key)|(?:access|auth|api|sas)?[_-]?(?:key|sig)|pass|pw|auth|authorization|jwt)';

/** Each of them is linear, or bounded: foreign texts of any length come through here. */
const PATTERNS: readonly [RegExp, string][] = [
	[/\beyJ[\w-]{8,500}\.[\w-]{8,}\.[\w-]*/g, '[token]'],
	[/\b(gh[pousr]_|github_pat_)[A-Za-z0-9_]{16,}/g, '[token]'],
	[/\b(Bearer|Basic)\s+[A-Za-z0-9+/_.=-]{8,}/gi, '$1 [token]'],
	[/(:\/\/)[^\s/@:"']*:[^\s/@"']+@/g, '$1[credentials]@'],
	[new RegExp(`([?&]${CREDENTIAL_PARAMETER}=)[^&#\\s"'<>[\\]]+`, 'gi'), '$1[credentials]'],
];

/**
 * Remove every living secret and everything that looks like a credential from `text`. Never throws. `shortest`: living
 * secrets below this length stay; where names are kept for ever, blanking a part of one would spoil the name and show
 * the secret by its gap.
 */
export function redact(text: string, { shortest = SHORTEST_REDACTED }: { shortest?: number } = {}): string {
	const found = new Set<string>();
	for (const reference of alive) {
		const value = reference.deref()?.reveal();
		if (value === undefined || value.length < shortest) continue;
		for (const form of formsOf(value)) if (text.includes(form)) found.add(form);
	}
	let result = text;
	// Longest first: one secret may be the beginning of another, and its rest must not stay behind.
	for (const form of [...found].sort((a, b) => b.length - a.length)) result = result.split(form).join(MASK);
	for (const [pattern, replacement] of PATTERNS) result = result.replace(pattern, replacement);
	return result;
}

/**
 * The spellings one value can take on its way through logs, manifests and URLs: plain, JSON-escaped, URL-encoded and
 * base64. Used by the redactor and by the leak scan. Never store the result.
 */
export function formsOf(value: string): string[] {
	const bytes = new TextEncoder().encode(value);
	let binary = '';
	for (const byte of bytes) binary += String.fromCharCode(byte);
	const base64 = btoa(binary);
	const forms = [
		value,
		JSON.stringify(value).slice(1, -1),
		// Half a surrogate pair has no UTF-8 of its own: encodeURIComponent throws, everybody else writes U+FFFD for it.
		encodeURIComponent(value.toWellFormed()),
		base64,
		base64.replace(/=+$/, ''),
	];
	return [...new Set(forms)].filter((form) => form.length > 0);
}
