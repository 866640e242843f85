import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { Header } from 'tar';

/** An entry of a hand-made archive: whatever a hostile publisher would write. */
export type Entry = {
	path: string;
	content?: string | Uint8Array;
	type?: 'File' | 'SymbolicLink' | 'Link' | 'CharacterDevice' | 'Directory';
	linkpath?: string;
};

export const REPOSITORY = 'acme/charts/pack-x';
export const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';
const HELM_CONFIG = 'application/vnd.cncf.helm.config.v1+json';
const HELM_CHART = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip';

/** A `.tgz` of exactly these entries, unsafe ones included. */
export function archiveOf(entries: readonly Entry[]): Buffer {
	const parts: Buffer[] = [];
	for (const { path, content = '', type = 'File', linkpath = '' } of entries) {
		const body = Buffer.from(content);
		const header = new Header({ path, size: body.length, type, linkpath, mode: 0o644, mtime: new Date(0) });
		const block = Buffer.alloc(512);
		header.encode(block);
		parts.push(block, body, Buffer.alloc((512 - (body.length % 512)) % 512));
	}
	return gzipSync(Buffer.concat([...parts, Buffer.alloc(1024)]));
}

/** A chart as Helm pushes it: archive, config blob and a manifest without `mediaType`. */
export function chartOf(entries: readonly Entry[] = [{ path: 'pack-x/Chart.yaml', content: 'name: pack-x' }]) {
	const archive = archiveOf(entries);
	const config = Buffer.from(JSON.stringify({ name: 'pack-x', version: '1.2.0', apiVersion: 'v2' }));
	const manifest = Buffer.from(
		JSON.stringify({
			schemaVersion: 2,
			config: descriptorOf(HELM_CONFIG, config),
			layers: [descriptorOf(HELM_CHART, archive)],
		}),
	);
	return { archive, config, manifest, manifestDigest: digestOf(manifest), archiveDigest: digestOf(archive) };
}

function descriptorOf(mediaType: string, bytes: Uint8Array) {
	return { mediaType, digest: digestOf(bytes), size: bytes.length };
}

/** Our own sha256, so that a mistake in the code under test cannot hide in the fixture. */
export function digestOf(bytes: Uint8Array): string {
	return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
