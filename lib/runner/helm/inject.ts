import { isDeepStrictEqual } from 'node:util';
import { type Document, isMap, isSeq, parseAllDocuments, type YAMLMap } from 'yaml';
import type { Injection } from '@/lib/contracts/runner';
import { AppError } from '@/lib/core';
import { containersOf, imageName, textOf } from './inject-pods';
import { addRefs, type EnvRef, hasRef, type TextEdit, textEdits } from './inject-refs';

export type InjectedContainer = { workload: string; container: string; image: string };
export type InjectionResult = { text: string; injected: InjectedContainer[]; warnings: string[] };

type Container = { workload: string; node: YAMLMap; name: string; image: string };

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
	warnShadowed(chosen, injection.keys, warnings);
	if (refs.length === 0) return { text, injected: [], warnings };

	const edits = documents.flatMap((document) => editsFor(text, document, chosen, refs));
	const edited = applyEdits(text, edits);
	// The belt to the braces of editsFor: nothing leaves here that reads differently from the edited tree.
	if (edits.length > 0 && !sameContent(parse(edited), documents)) {
		throw new AppError('internal', 'The environment could not be added without changing the chart.');
	}
	return {
		text: edited,
		injected: chosen.map(({ workload, name, image }) => ({ workload, container: name, image })),
		warnings,
	};
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
	}));
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
		warnings.push('The chart has no workload, so the configuration reaches nothing.');
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

/** `env` of a container beats `envFrom` (Kubernetes API, EnvFromSource), so an answer can be without effect. */
function warnShadowed(containers: Container[], keys: readonly string[], warnings: string[]): void {
	for (const { node, name, workload } of containers) {
		const env = node.get('env', true);
		if (!isSeq(env)) continue;
		for (const item of env.items) {
			const key = isMap(item) ? String(item.get('name') ?? '') : '';
			if (keys.includes(key)) {
				warnings.push(
					`The chart sets ${key} itself in container ${name} of ${workload}; the configured value has no effect there.`,
				);
			}
		}
	}
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
