import { isDeepStrictEqual } from 'node:util';
import { type Document, isMap, isSeq, parseAllDocuments, type YAMLMap } from 'yaml';
import type { Injection } from '@/lib/contracts/runner';
import { AppError } from '@/lib/core';
import { containersOf, imageName, lookup, resolved, textOf } from './inject-pods';
import { addRefs, type EnvRef, hasRef, type TextEdit, textEdits } from './inject-refs';

/** `shadowed`: keys that do not arrive here, because the chart sets them itself in this container. */
export type InjectedContainer = { workload: string; container: string; image: string; shadowed: string[] };
export type InjectionResult = { text: string; injected: InjectedContainer[]; warnings: string[] };

type Container = { workload: string; node: YAMLMap; name: string; image: string; own: ReadonlySet<string> };

/**
 * Failsafe: every scalar stays the text the chart wrote. A plain parse would turn `defaultMode: 0440` into 440.
 */
const PARSE = { schema: 'failsafe', uniqueKeys: false, logLevel: 'error' } as const;
const ALIASES = { maxAliasCount: 1000 };

/**
 * Add `envFrom` for the revision's ConfigMap and Secret to the containers that run `injection.image` (all workload
 * containers, with a warning, when none does). Only insertions are made: every other byte stays as it was. Pure and
 * idempotent. Throws `upstream_invalid` when the text is not YAML.
 */
export function injectEnvironment(text: string, injection: Injection): InjectionResult {
	const documents = parse(text);
	const containers = documents.flatMap((document) => containersIn(document));
	const refs = refsOf(injection);
	const warnings: string[] = [];
	const chosen = choose(containers, injection, warnings);
	const injected = chosen.map(({ workload, name, image, own }) => ({
		workload,
		container: name,
		image,
		shadowed: injection.keys.filter((key) => own.has(key)),
	}));
	warnings.push(...shadowsIn(injected, injection.keys));
	if (refs.length === 0) return { text, injected: [], warnings };

	const edits = documents.flatMap((document) => editsFor(text, document, chosen, refs));
	const edited = applyEdits(text, edits);
	// The belt to the braces of editsFor: nothing leaves here that reads differently from the edited tree.
	if (edits.length > 0 && !sameContent(parse(edited), documents)) {
		throw new AppError('internal', 'The environment could not be added without changing the chart.');
	}
	return { text: edited, injected, warnings };
}

function parse(text: string): Document.Parsed[] {
	const documents = parseAllDocuments(text, PARSE);
	if (!Array.isArray(documents)) return [];
	for (const document of documents) {
		if (document.errors[0]) {
			throw new AppError('upstream_invalid', `The rendered chart is not YAML: ${document.errors[0].message}`);
		}
	}
	return documents;
}

function containersIn(document: Document.Parsed): Container[] {
	return containersOf(document, document.contents).map(({ workload, node }) => ({
		workload,
		node,
		name: textOf(document, node, 'name') ?? '',
		image: textOf(document, node, 'image') ?? '',
		own: namesIn(document, lookup(document, node, 'env')),
	}));
}

/** What a container sets by itself. `env` beats `envFrom` (Kubernetes API, EnvFromSource), wherever its value comes from. */
function namesIn(document: Document.Parsed, env: unknown): ReadonlySet<string> {
	if (!isSeq(env)) return new Set();
	const entries = env.items.map((item) => resolved(document, item));
	return new Set(entries.flatMap((entry) => (isMap(entry) ? (textOf(document, entry, 'name') ?? []) : [])));
}

function refsOf({ configMapName, secretName }: Injection): EnvRef[] {
	const refs: EnvRef[] = [];
	if (configMapName) refs.push({ kind: 'configMapRef', name: configMapName });
	// Last wins in envFrom: a secret is never shadowed by a plain value.
	if (secretName) refs.push({ kind: 'secretRef', name: secretName });
	return refs;
}

function choose(containers: Container[], { image, keys }: Injection, warnings: string[]): Container[] {
	if (containers.length === 0 && keys.length > 0) {
		warnings.push(`The chart has no workload, so the configuration reaches nothing: ${keys.join(', ')}.`);
	}
	if (image === null) return containers;
	const wanted = imageName(image);
	const matching = containers.filter((container) => imageName(container.image) === wanted);
	if (matching.length > 0 || containers.length === 0) return matching;
	warnings.push(
		`No container runs ${image}, which the manifest names as the backend; the configuration is given to all ${containers.length} containers.`,
	);
	return containers;
}

/** One sentence per key: an answer without effect somewhere, or anywhere, is known before installing. */
function shadowsIn(containers: readonly InjectedContainer[], keys: readonly string[]): string[] {
	return keys.flatMap((key) => {
		const lost = containers.filter(({ shadowed }) => shadowed.includes(key));
		if (lost.length === 0) return [];
		const places = lost.map(({ container, workload }) => `container ${container} of ${workload}`).join(', ');
		return lost.length === containers.length
			? [`${key} reaches nothing: the chart sets it itself in ${places}.`]
			: [`${key} does not reach ${places}: the chart sets it itself there.`];
	});
}

/**
 * Edits of one document. They are made as text, then the result is compared with the same change made to the parsed
 * tree; when the two differ (exotic anchors, tabs, comments in odd places) the document is written from the tree.
 */
function editsFor(text: string, document: Document.Parsed, chosen: Container[], refs: EnvRef[]): TextEdit[] {
	const own = containersOf(document, document.contents)
		.map(({ node }) => node)
		.filter((node) => chosen.some((container) => container.node === node));
	const missing = own.map((node) => ({ node, refs: refs.filter((ref) => !hasRef(document, node, ref)) }));
	const todo = missing.filter((item) => item.refs.length > 0);
	if (todo.length === 0) return [];

	const edits = todo.flatMap((item) => textEdits(text, document, item.node, item.refs) ?? []);
	for (const item of todo) addRefs(document, item.node, refs);
	const [start, , end] = document.range;
	const edited = parseAllDocuments(applyEdits(text.slice(0, end), edits).slice(start), PARSE);
	if (sameContent(edited, [document])) return edits;
	const marker = text.startsWith('---', start) ? '---\n' : '';
	const rewritten = document.toString({ lineWidth: 0, directives: false }).replace(/^---\n/, '');
	return [{ start, end, text: `${marker}${rewritten}` }];
}

function sameContent(actual: readonly Document[], wanted: readonly Document[]): boolean {
	if (actual.length !== wanted.length) return false;
	return actual.every((document, index) => {
		if (document.errors.length > 0) return false;
		return isDeepStrictEqual(document.toJS(ALIASES), wanted[index]?.toJS(ALIASES));
	});
}

function applyEdits(text: string, edits: readonly TextEdit[]): string {
	let result = text;
	// From the end, so that earlier offsets stay right; the sort is stable for insertions at one place.
	for (const edit of [...edits].sort((a, b) => b.start - a.start)) {
		result = result.slice(0, edit.start) + edit.text + result.slice(edit.end);
	}
	return result;
}
