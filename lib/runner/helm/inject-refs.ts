import { type Document, isMap, isScalar, isSeq, type Node, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import { lookup, resolved, textOf } from './inject-pods';

/** One `envFrom` entry. */
export type EnvRef = { kind: 'configMapRef' | 'secretRef'; name: string };
/** Replace `text[start, end)`; an insertion when both are equal. */
export type TextEdit = { start: number; end: number; text: string };

/** True when the container already takes its environment from this object. */
export function hasRef(document: Document.Parsed, container: YAMLMap, ref: EnvRef): boolean {
	const envFrom = lookup(document, container, 'envFrom');
	if (!isSeq(envFrom)) return false;
	return envFrom.items.some((item) => {
		const entry = resolved(document, item);
		const source = isMap(entry) ? lookup(document, entry, ref.kind) : undefined;
		return isMap(source) && textOf(document, source, 'name') === ref.name;
	});
}

/** Make the change in the parsed tree. */
export function addRefs(document: Document.Parsed, container: YAMLMap, refs: readonly EnvRef[]): void {
	const existing = lookup(document, container, 'envFrom');
	const envFrom = isSeq(existing) ? existing : new YAMLSeq();
	for (const ref of refs) {
		if (hasRef(document, container, ref)) continue;
		const source = new YAMLMap();
		source.set('name', quoted(ref.name));
		const entry = new YAMLMap();
		entry.set(ref.kind, source);
		envFrom.add(entry);
		if (!isSeq(lookup(document, container, 'envFrom'))) setEnvFrom(container, envFrom);
	}
}

/** The same change as insertions into the text, or null when the place cannot be told from the tree alone. */
export function textEdits(
	text: string,
	document: Document.Parsed,
	container: YAMLMap,
	refs: readonly EnvRef[],
): TextEdit[] | null {
	const existing = lookup(document, container, 'envFrom');
	if (isSeq(existing)) return appendEdit(text, existing, refs);
	// `envFrom:` without value: let the tree write it.
	if (container.has('envFrom')) return null;
	return newKeyEdit(text, container, refs);
}

function newKeyEdit(text: string, container: YAMLMap, refs: readonly EnvRef[]): TextEdit[] | null {
	const [start] = container.range ?? [];
	if (start === undefined) return null;
	const value = `envFrom: [${refs.map(flowEntry).join(', ')}]`;
	if (container.flow) return [insertion(start + 1, container.items.length > 0 ? `${value}, ` : value)];
	// Before the first key, in its column; what follows stays where it is.
	return [insertion(start, `${value}\n${indentAt(text, start)}`)];
}

/** New entries go last: in envFrom the last source wins. */
function appendEdit(text: string, envFrom: YAMLSeq, refs: readonly EnvRef[]): TextEdit[] | null {
	const [start, end] = envFrom.range ?? [];
	if (start === undefined || end === undefined) return null;
	const entries = refs.map(flowEntry);
	if (envFrom.flow) {
		const separator = envFrom.items.length > 0 ? ', ' : '';
		return [insertion(end - 1, `${separator}${entries.join(', ')}`)];
	}
	const after = lastOffset(envFrom);
	if (after === null) return null;
	const indent = indentAt(text, start);
	return [insertion(after, entries.map((entry) => `\n${indent}- ${entry}`).join(''))];
}

function flowEntry(ref: EnvRef): string {
	return `{${ref.kind}: {name: ${JSON.stringify(ref.name)}}}`;
}

function insertion(offset: number, text: string): TextEdit {
	return { start: offset, end: offset, text };
}

/** White space up to the column of `offset`. */
function indentAt(text: string, offset: number): string {
	const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
	return ' '.repeat(offset - lineStart);
}

/** Where the last scalar or flow collection of a block collection ends, before any comment. */
function lastOffset(node: Node): number | null {
	if ((isSeq(node) || isMap(node)) && !node.flow) {
		const last = node.items.at(-1);
		const next = last instanceof Pair ? (last.value ?? last.key) : last;
		return isMap(next) || isSeq(next) || isScalar(next) ? lastOffset(next) : null;
	}
	return node.range?.[1] ?? null;
}

function setEnvFrom(container: YAMLMap, envFrom: YAMLSeq): void {
	if (container.has('envFrom')) container.set('envFrom', envFrom);
	else container.items.unshift(new Pair(new Scalar('envFrom'), envFrom));
}

/** Quoted, so that a name made of digits stays text for every later reader. */
function quoted(text: string): Scalar {
	const scalar = new Scalar(text);
	scalar.type = Scalar.QUOTE_DOUBLE;
	return scalar;
}
