import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageChart } from './writers';

export type PackagedChart = {
	name: string;
	version: string;
	/** What Chart.yaml says. */
	metadata: Readonly<Record<string, unknown>>;
	archive: string;
	/** `sha256:…` of the archive, by a hash of our own. */
	digest: string;
};

/** Written into every chart, and where `rot` finds a letter to change that leaves JSON readable. */
export const DESCRIPTION = 'A chart of the contract test.';

/** A small chart, packaged by the real Helm. `files` go next to Chart.yaml. */
export async function makeChart(
	folder: string,
	{ name, version, files = {} }: { name: string; version: string; files?: Readonly<Record<string, string>> },
): Promise<PackagedChart> {
	const source = join(await mkdtemp(join(folder, 'chart-')), name);
	const metadata = {
		apiVersion: 'v2',
		name,
		version,
		appVersion: `app-${version}`,
		description: DESCRIPTION,
		type: 'application',
		kubeVersion: '>=1.27.0-0',
		sources: ['https://github.com/acme/packs'],
		annotations: { 'acme.example/team': 'contract' },
	};
	const all: Readonly<Record<string, string>> = {
		// JSON is YAML.
		'Chart.yaml': JSON.stringify(metadata),
		'templates/config.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n`,
		...files,
	};
	for (const [path, text] of Object.entries(all)) {
		await mkdir(join(source, path, '..'), { recursive: true });
		await writeFile(join(source, path), text);
	}
	const archive = await packageChart(source, folder);
	const digest = `sha256:${createHash('sha256')
		.update(await readFile(archive))
		.digest('hex')}`;
	return { name, version, metadata, archive, digest };
}
