import { packArchive, textFiles } from './archive';

/** One version of a frontend package as its publisher builds it. */
export type FrontendPackage = {
	/** Scoped npm name, `@khal-os/pack-terminal`. */
	name: string;
	version: string;
	description: string;
	/** Repository the package is linked to, `khal-os/pack-terminal`. */
	repository: string;
	/** What the window of the app says. */
	title: string;
	/** khal-app.json inside the tarball, verbatim; null when the publisher did not ship it. */
	manifest: string | null;
	/** Replaces `dist/bundle.mjs`; null ships a tarball without any bundle. */
	bundle?: string | null;
};

/** package.json of the tarball; the packument repeats it per version. */
export function packageJsonOf(pack: FrontendPackage): Record<string, unknown> {
	return {
		name: pack.name,
		version: pack.version,
		description: pack.description,
		license: 'Elastic-2.0',
		type: 'module',
		main: './dist/bundle.mjs',
		exports: { '.': './dist/bundle.mjs' },
		files: ['dist', ...(pack.manifest === null ? [] : ['khal-app.json'])],
		repository: { type: 'git', url: `git+https://github.com/${pack.repository}.git` },
		publishConfig: { registry: 'https://npm.pkg.github.com' },
		peerDependencies: { react: '>=19' },
	};
}

/** The npm tarball (`package/…`): package.json, README, the single-file ESM bundle and khal-app.json when shipped. */
export function buildTarball(pack: FrontendPackage, mtime: Date): Uint8Array<ArrayBuffer> {
	const bundle = pack.bundle === undefined ? bundleOf(pack) : pack.bundle;
	const files: Record<string, string> = {
		'package.json': `${JSON.stringify(packageJsonOf(pack), null, 2)}\n`,
		'README.md': `# ${pack.name}\n\n${pack.description}\n`,
		...(bundle === null ? {} : { 'dist/bundle.mjs': bundle }),
		...(pack.manifest === null ? {} : { 'khal-app.json': pack.manifest }),
	};
	return packArchive(textFiles(files, 'package/'), mtime);
}

/** One file, no bare imports: the shell hands React over through `__KHAL_SHARED__`. */
function bundleOf({ name, version, title }: FrontendPackage): string {
	return `// ${name} ${version}
const shared = globalThis.__KHAL_SHARED__ ?? {};
const react = shared.react ?? shared.React;

export const pack = ${JSON.stringify({ package: name, version })};

export default function App({ windowId } = {}) {
	if (!react) return null;
	return react.createElement(
		'main',
		{ 'data-pack': pack.package, 'data-version': pack.version, 'data-window': windowId },
		react.createElement('h1', null, ${JSON.stringify(title)}),
		react.createElement('p', null, ${JSON.stringify(`Version ${version}`)}),
	);
}
`;
}
