/** Media types of our own, as `artifactType` and as the type of the one layer that holds the content. */
export const artifactTypes = {
	/** `khal-app.json` attached to a chart that does not contain one. */
	packManifest: 'application/vnd.khal.pack-manifest.v1+json',
	/** Release notes attached to a chart; how notes travel where GitHub does not reach. */
	packNotes: 'application/vnd.khal.pack-notes.v1+markdown',
	/** The list of packs; docs/pack-index.md. */
	packIndex: 'application/vnd.khal.pack-index.v1+json',
	/** An npm tarball, byte for byte; docs/bundle.md. */
	npmPackage: 'application/vnd.khal.npm-package.v1.tar+gzip',
} as const;
