import { sha256 } from '@/lib/digest';
import type { SandboxRegistries } from '@/lib/sandbox';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const EMPTY = 'application/vnd.oci.empty.v1+json';

/** Put an artifact into the pretend registry as `oras push` (or, with a subject, `oras attach`) would. */
export function pushArtifact(
	sandbox: SandboxRegistries,
	artifact: {
		repository: string;
		tag: string | null;
		type: string;
		content: string | Uint8Array;
		/** Digest of the manifest it is attached to. */
		subject?: string;
		at?: string;
	},
): { digest: string } {
	const { repository, type, tag } = artifact;
	const at = artifact.at ?? new Date().toISOString();
	const content = new Uint8Array(Buffer.from(artifact.content));
	const empty = new Uint8Array(Buffer.from('{}'));
	const subject = artifact.subject === undefined ? {} : { subject: subjectOf(sandbox, repository, artifact.subject) };
	const bytes = new Uint8Array(
		Buffer.from(
			JSON.stringify({
				schemaVersion: 2,
				mediaType: MANIFEST,
				artifactType: type,
				config: { mediaType: EMPTY, digest: sha256(empty), size: empty.length },
				layers: [{ mediaType: type, digest: sha256(content), size: content.length }],
				...subject,
			}),
		),
	);
	sandbox.registries.state.commit([
		{ kind: 'oci-repository', repository, visibility: 'private', source: null, at },
		{ kind: 'blob', repository, bytes: empty },
		{ kind: 'blob', repository, bytes: content },
		{ kind: 'manifest', repository, bytes, mediaType: MANIFEST, tag, at },
	]);
	return { digest: sha256(bytes) };
}

function subjectOf(sandbox: SandboxRegistries, repository: string, digest: string) {
	const found = sandbox.registries.state.oci.get(repository)?.manifests.get(digest);
	if (!found) throw new Error(`${repository} has no manifest ${digest}`);
	return { mediaType: found.mediaType, digest, size: found.bytes.length };
}
