import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';

/**
 * The house as data: who may import whom (HOUSE.md section 2). A new edge is added here on purpose, with its reason in
 * docs/decisions, or not at all.
 */
const mayImport: Record<string, readonly string[]> = {
	core: [],
	digest: [],
	log: ['core'],
	keys: ['core'],
	config: ['core'],
	manifest: ['core'],
	contracts: ['core', 'manifest'],
	registry: ['core', 'contracts', 'digest', 'manifest'],
	runner: ['core', 'digest', 'contracts', 'manifest'],
	'runner/client': ['core', 'contracts'],
	db: ['core'],
	audit: ['core', 'contracts', 'digest', 'db'],
	auth: ['core', 'contracts', 'db', 'audit'],
	catalog: ['core', 'contracts', 'digest', 'manifest', 'registry', 'db', 'audit'],
	policy: ['core', 'contracts', 'db', 'audit'],
	installs: [
		'core',
		'digest',
		'manifest',
		'contracts',
		'catalog',
		'policy',
		'registry',
		'db',
		'audit',
		'runner/client',
	],
	runtime: [
		'core',
		'config',
		'contracts',
		'db',
		'audit',
		'auth',
		'catalog',
		'installs',
		'keys',
		'log',
		'policy',
		'runner',
		'runner/client',
		'sandbox',
	],
	http: ['core', 'contracts', 'auth', 'log', 'runtime'],
	'api-client': ['core', 'contracts'],
	sandbox: ['core', 'digest', 'manifest'],
	'components/ui': [],
	components: ['core', 'manifest', 'contracts', 'api-client', 'components/ui', 'components'],
	'app/api': ['contracts', 'http'],
	app: ['components', 'components/ui', 'http', 'api-client', 'contracts'],
};

/** Files of one feature folder of `components` that another may use: parts shared by design. */
const sharedComponents = ['layout', 'env-form', 'plan', 'installs', 'operations'];

const root = normalize(join(import.meta.dirname, '..'));
const sources = ['lib', 'components', 'app'].flatMap((folder) => filesBelow(join(root, folder)));
const production = sources.filter((file) => !/\.test\.tsx?$/.test(file) && !file.includes('lib/db/generated'));

describe('the house', { timeout: 120_000 }, () => {
	test('there is something to look at', () => {
		expect(production.length).toBeGreaterThan(100);
	});

	test('modules import only what the table allows', () => {
		const bad = production.flatMap((file) => {
			const from = moduleOf(file);
			const allowed = mayImport[from];
			if (allowed === undefined) return [`${file}: ${from} is not in the table`];
			return importsOf(file)
				.filter(({ module }) => module !== from && !(family(from) === 'runner' && family(module) === 'runner'))
				.filter(({ module }) => !allowed.includes(module))
				.map(({ module }) => `${file}: ${from} must not import ${module}`);
		});

		expect(bad).toEqual([]);
	});

	test('outside code goes through the face of a module', () => {
		const byFile = ['contracts', 'components', 'components/ui', 'app', 'app/api'];
		const bad = production.flatMap((file) =>
			importsOf(file)
				.filter(
					({ module, target }) =>
						family(module) !== family(moduleOf(file)) && !byFile.includes(module) && target.startsWith('lib/'),
				)
				.filter(
					({ module, target }) =>
						target !== `lib/${module}` && target !== `lib/${module}.ts` && target !== `lib/${module}/index.ts`,
				)
				.map(({ target }) => `${file} reaches into ${target}`),
		);

		expect(bad).toEqual([]);
	});

	test('features use each other only where the table of parts says so', () => {
		const bad = production
			.filter((file) => file.startsWith('components/') && !file.startsWith('components/ui/'))
			.flatMap((file) =>
				importsOf(file)
					.map(({ target }) => target.split('/')[1] ?? '')
					.filter((_, index) => importsOf(file)[index]?.target.startsWith('components/') === true)
					.filter(
						(feature) => feature !== 'ui' && feature !== file.split('/')[1] && !sharedComponents.includes(feature),
					)
					.map((feature) => `${file} imports components/${feature}`),
			);

		expect(bad).toEqual([]);
	});

	test('there are no import cycles between files', () => {
		const graph = new Map(
			production.map((file) => [
				file,
				importsOf(file)
					.filter((edge) => !edge.typeOnly)
					.map((edge) => resolveFile(edge.target)),
			]),
		);

		expect(findCycle(graph)).toEqual([]);
	});

	test('the environment is read in one place', () => {
		const readers = production.filter((file) => findings(file).readsEnvironment && file !== 'lib/config.ts');

		expect(readers).toEqual([]);
	});

	test('Prisma stays in lib/db and the stores', () => {
		const users = production.filter(
			(file) =>
				/from '@\/lib\/db'/.test(read(file)) &&
				/\bPrisma\b/.test(importClause(file, '@/lib/db')) &&
				!/(^|\/)store\.ts$/.test(file) &&
				!file.startsWith('lib/db/'),
		);

		expect(users).toEqual([]);
	});

	test('only one line of the composition root knows the sandbox', () => {
		const mentions = production.filter(
			(file) => !file.startsWith('lib/sandbox/') && /@\/lib\/sandbox/.test(read(file)),
		);

		expect(mentions).toEqual(['lib/runtime.ts']);
		expect(read('lib/runtime.ts').match(/@\/lib\/sandbox/g)).toHaveLength(1);
	});

	test('files stay small: at most 400 lines, most of them under 250', () => {
		const sizes = production
			.map((file) => ({ file, lines: read(file).split('\n').length - 1 }))
			.sort((a, b) => a.lines - b.lines);

		expect(sizes.filter(({ lines }) => lines > 400)).toEqual([]);
		expect(sizes[Math.floor(sizes.length * 0.9)]?.lines).toBeLessThanOrEqual(250);
	});

	test('there is no any, no non-null assertion, and no cast without a reason on its line', () => {
		expect(production.flatMap((file) => findings(file).escapes)).toEqual([]);
	});

	test('no drawer files and no star exports', () => {
		expect(
			production.filter((file) => /(^|\/)(utils?|helpers?|common|misc|shared|types)(\.tsx?$|\/)/.test(file)),
		).toEqual([]);
		expect(production.filter((file) => /^export \*/m.test(read(file)))).toEqual([]);
	});
});

type Edge = { module: string; target: string; typeOnly: boolean };

function moduleOf(path: string): string {
	const [top = '', second = ''] = path.split('/');
	if (top === 'components') return second === 'ui' ? 'components/ui' : 'components';
	if (top === 'app') return second === 'api' ? 'app/api' : 'app';
	if (path.startsWith('lib/runner/client')) return 'runner/client';
	return second.replace(/\.tsx?$/, '');
}

/** `runner/client` is a second face of `runner`; inside, they are one module. */
function family(module: string): string {
	return module.startsWith('runner') ? 'runner' : module;
}

function importsOf(file: string): Edge[] {
	const edges: Edge[] = [];
	for (const match of read(file).matchAll(
		/(?:^|\n)\s*(import|export)\s+(type\s+)?[^'";]*?from\s+'([^']+)'|(?:^|\n)\s*import\s+'([^']+)'|import\('([^']+)'\)/g,
	)) {
		const specifier = match[3] ?? match[4] ?? match[5] ?? '';
		const target = specifier.startsWith('@/')
			? specifier.slice(2)
			: specifier.startsWith('.')
				? normalize(join(dirname(file), specifier))
				: null;
		if (target === null || target === 'package.json') continue;
		edges.push({ module: moduleOf(target), target, typeOnly: match[2] !== undefined });
	}
	return edges;
}

function importClause(file: string, specifier: string): string {
	return read(file).match(new RegExp(`import (?!type)([^'"]*)from '${specifier}'`))?.[1] ?? '';
}

function resolveFile(target: string): string {
	return (
		[target, `${target}.ts`, `${target}.tsx`, `${target}/index.ts`].find((candidate) =>
			production.includes(candidate),
		) ?? target
	);
}

function findCycle(graph: ReadonlyMap<string, readonly string[]>): string[] {
	const state = new Map<string, 'open' | 'done'>();
	const path: string[] = [];
	const visit = (file: string): string[] => {
		if (state.get(file) === 'done') return [];
		if (state.get(file) === 'open') return [...path.slice(path.indexOf(file)), file];
		state.set(file, 'open');
		path.push(file);
		for (const next of graph.get(file) ?? []) {
			const cycle = visit(next);
			if (cycle.length > 0) return cycle;
		}
		path.pop();
		state.set(file, 'done');
		return [];
	};
	for (const file of graph.keys()) {
		const cycle = visit(file);
		if (cycle.length > 0) return cycle;
	}
	return [];
}

type Findings = { escapes: string[]; readsEnvironment: boolean };
const parsed = new Map<string, Findings>();

/** What only the syntax tree can tell apart from words in texts and comments; every file is parsed once. */
function findings(file: string): Findings {
	const known = parsed.get(file) ?? look(file);
	parsed.set(file, known);
	return known;
}

function look(file: string): Findings {
	const text = read(file);
	const tree = ts.createSourceFile(
		file,
		text,
		ts.ScriptTarget.Latest,
		true,
		file.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS,
	);
	const lines = text.split('\n');
	const escapes: string[] = [];
	let readsEnvironment = false;
	const visit = (node: ts.Node): void => {
		const cast = ts.isAsExpression(node) && !(ts.isTypeReferenceNode(node.type) && node.type.getText() === 'const');
		if (cast || ts.isNonNullExpression(node) || node.kind === ts.SyntaxKind.AnyKeyword) {
			const line = tree.getLineAndCharacterOfPosition(node.getEnd()).line;
			if (!lines[line]?.includes('// cast:')) escapes.push(`${file}:${line + 1}: ${lines[line]?.trim()}`);
		}
		if (ts.isPropertyAccessExpression(node) && node.getText() === 'process.env') readsEnvironment = true;
		ts.forEachChild(node, visit);
	};
	visit(tree);
	return { escapes, readsEnvironment };
}

const contents = new Map<string, string>();

function read(file: string): string {
	const known = contents.get(file);
	if (known !== undefined) return known;
	const text = readFileSync(join(root, file), 'utf8');
	contents.set(file, text);
	return text;
}

function filesBelow(folder: string): string[] {
	return readdirSync(folder).flatMap((name) => {
		const path = join(folder, name);
		if (statSync(path).isDirectory()) return name === 'generated' ? [] : filesBelow(path);
		return /\.tsx?$/.test(name) ? [relative(root, path)] : [];
	});
}
