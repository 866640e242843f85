import { type FieldErrors, get, type Path, type Resolver, set } from 'react-hook-form';
import { CreateSource } from '@/lib/contracts/sources';
import { configOf, linesOf, type SourceDraft, suggestedName } from './source-draft';

export type SourceField = Path<SourceDraft>;
export type FieldRefusal = { field: SourceField | 'form'; reason: string };

/** What the server would refuse about this draft, at the field a person has to correct. */
export function refusalsOf(draft: SourceDraft): FieldRefusal[] {
	const broken = addressFields(draft).filter((field) => !URL.canParse(textIn(draft, field)));
	// The contract reads addresses as URLs, and can only be asked about the rest once they are some.
	const readable = structuredClone(draft);
	for (const field of broken) set(readable, field, 'https://address.invalid');
	const parsed = CreateSource.safeParse({
		// Without a suggestion for the name its field of the address is empty, and that is enough to say.
		name: nameOf(draft) || 'Source',
		config: configOf(readable),
		credential: typedIn(draft.credential),
		npmCredential: typedIn(draft.npmCredential),
	});
	const issues = parsed.success ? [] : parsed.error.issues;
	return firstOfEach([
		...broken.map((field) => ({ field, reason: textIn(draft, field) === '' ? EMPTY : `${WEB_ADDRESS}.` })),
		...unnamedPacks(draft),
		...unsaidPlainHttp(draft),
		...issues.map((issue) => refusalAt(draft, issue.path.map(String), issue.message)),
	]);
}

/** The refused inputs of an answer, by the names the server gives them: `config.registry.host`. */
export function refusalsOfAnswer(
	draft: SourceDraft,
	invalidParams: readonly { name: string; reason: string }[],
): FieldRefusal[] {
	return firstOfEach(invalidParams.map(({ name, reason }) => refusalAt(draft, name.split('.'), reason)));
}

/** For react-hook-form; what belongs to no field stands at `form`. `extra` knows what only this page knows. */
export function resolverFor(extra: (draft: SourceDraft) => FieldRefusal[]): Resolver<SourceDraft> {
	return (draft) => {
		const refusals = firstOfEach([...refusalsOf(draft), ...extra(draft)]);
		if (refusals.length === 0) return { values: draft, errors: {} };
		const errors: FieldErrors<SourceDraft> = {};
		for (const { field, reason } of refusals) {
			set(errors, field === 'form' ? 'root' : field, { type: 'refused', message: reason });
		}
		return { values: {}, errors };
	};
}

export function nameOf(draft: SourceDraft): string {
	return draft.name.trim() || suggestedName(draft);
}

const EMPTY = 'Must not be empty.';

type Place = { field: SourceField; reason?: string };

const WEB_ADDRESS = 'Must be a web address without a user name, like https://registry.example.com';

/** Configuration paths (of `config`, without list positions) and the fields that make them. */
const places: Record<SourceDraft['kind'] | 'network', Readonly<Record<string, Place>>> = {
	github: {
		org: { field: 'github.org' },
		apiUrl: { field: 'github.apiUrl' },
		'registry.host': { field: 'github.registryHost' },
		npmUrl: { field: 'github.npmUrl' },
		packs: { field: 'github.packs' },
		index: { field: 'github.index' },
		// The one rule about the configuration as a whole: plain http addresses.
		'': { field: 'network.internal' },
	},
	oci: {
		'registry.host': { field: 'oci.host' },
		username: { field: 'oci.username' },
		'discovery.repositories': { field: 'oci.repositories' },
		'discovery.reference': { field: 'oci.index' },
		'discovery.project': { field: 'oci.project' },
		'discovery.prefix': { field: 'oci.prefix' },
		'npm.url': { field: 'oci.npmUrl' },
		'npm.scope': { field: 'oci.npmScope' },
		'npm.username': { field: 'oci.npmUsername' },
	},
	npm: {
		url: { field: 'npm.url' },
		scope: { field: 'npm.scope' },
		username: { field: 'npm.username' },
		'discovery.packages': { field: 'npm.packages' },
	},
	network: {
		allowedHosts: {
			field: 'network.allowedHosts',
			reason: 'Must be a host name, or *.example.com for every name below it',
		},
		hostAliases: { field: 'network.mirrors', reason: 'Must be two host names, like from.example.com = to.example.com' },
		ca: { field: 'network.ca' },
		proxy: { field: 'network.proxy' },
		internal: { field: 'network.internal' },
		requestsPerSecond: { field: 'network.requestsPerSecond', reason: 'Must be a whole number from 1 to 1000' },
	},
};

function refusalAt(draft: SourceDraft, path: readonly string[], message: string): FieldRefusal {
	const [head = '', ...rest] = path;
	if (head === 'name') return { field: 'name', reason: sentence(message) };
	if (head === 'credential') return { field: 'credential.text', reason: sentence(message) };
	if (head === 'npmCredential') return { field: 'npmCredential.text', reason: sentence(message) };
	if (head !== 'config') return { field: 'form', reason: `${path.join('.')}: ${message}` };
	const found = placeOf(draft.kind, rest);
	if (found === null) return { field: 'form', reason: `${rest.join('.')}: ${message}` };
	if (textIn(draft, found.place.field) === '') return { field: found.place.field, reason: EMPTY };
	const line = /^\d+$/.test(found.below[0] ?? '') ? `Line ${Number(found.below[0]) + 1}: ` : '';
	// Of an address that names another protocol than http(s), zod only says that it is invalid.
	const reason = found.place.reason ?? (/^invalid url/i.test(message) ? WEB_ADDRESS : message);
	return { field: found.place.field, reason: sentence(`${line}${line === '' ? reason : lower(reason)}`) };
}

/** The longest known beginning of `path`, and what is left below it (a list position, a key). */
function placeOf(kind: SourceDraft['kind'], path: readonly string[]): { place: Place; below: string[] } | null {
	for (let length = path.length; length >= 0; length--) {
		const start = path.slice(0, length).join('.');
		const place = places[kind][start] ?? places.network[start];
		// Only the very whole is the whole: an unknown path is not "plain http".
		if (place && (length > 0 || path.length === 0)) return { place, below: path.slice(length) };
	}
	return null;
}

/** The fields that hold a web address and are part of the configuration. */
function addressFields({ kind, oci, network }: SourceDraft): SourceField[] {
	const proxy: SourceField[] = network.proxy.trim() === '' ? [] : ['network.proxy'];
	if (kind === 'github') return ['github.apiUrl', 'github.npmUrl', ...proxy];
	if (kind === 'npm') return ['npm.url', ...proxy];
	return oci.frontends ? ['oci.npmUrl', ...proxy] : proxy;
}

/** An empty list of packs is a configuration of its own ("ask GitHub"); here somebody chose to name them. */
function unnamedPacks({ kind, github }: SourceDraft): FieldRefusal[] {
	if (kind !== 'github' || github.find !== 'names' || linesOf(github.packs).length > 0) return [];
	return [{ field: 'github.packs', reason: EMPTY }];
}

/** A host that was typed with http:// would be asked by https, and fail for a reason nobody would guess. */
function unsaidPlainHttp({ kind, oci, github, network }: SourceDraft): FieldRefusal[] {
	const host = kind === 'oci' ? oci.host : kind === 'github' ? github.registryHost : '';
	if (network.plainHttp || !/^\s*http:/i.test(host)) return [];
	const reason = 'The registry is written with http://. Tick this if it has no TLS, or write its name without http://.';
	return [{ field: 'network.plainHttp', reason }];
}

function typedIn({ choice, text }: SourceDraft['credential']): string | undefined {
	return choice === 'enter' && text.trim() !== '' ? text : undefined;
}

/** The text of a field, without the spaces around it; a box that is ticked or not is never empty. */
function textIn(draft: SourceDraft, field: SourceField): string {
	const value: unknown = get(draft, field);
	return typeof value === 'string' ? value.trim() : `${value}`;
}

function firstOfEach(refusals: readonly FieldRefusal[]): FieldRefusal[] {
	return refusals.filter(({ field }, index) => refusals.findIndex((other) => other.field === field) === index);
}

function sentence(text: string): string {
	return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}

function lower(text: string): string {
	return `${text.charAt(0).toLowerCase()}${text.slice(1)}`;
}
