import type { PackDefinition } from '@/lib/sandbox/packs/definition';

export type OddVersion = { version: string; imageTag?: string; templates?: Record<string, string> };

/** A template of the pack `parting`: a hook before its removal that always fails. */
export const FAILING_SIGN_OFF = `apiVersion: batch/v1
kind: Job
metadata:
  name: {{ .Release.Name }}-sign-off
  annotations:
    helm.sh/hook: pre-delete
    helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      containers:
        - { name: sign-off, image: "ghcr.io/khal-os/pack-parting-service:failing" }
`;

/** A pack made for one test: two secrets, one plain value, and charts or images that misbehave as told. */
export function oddPack(id: string, versions: readonly OddVersion[]): PackDefinition {
	const image = `ghcr.io/khal-os/pack-${id}-service`;
	const description = 'Made for a test';
	return {
		id,
		description,
		visibility: 'private',
		repositoryVisibility: 'public',
		versions: versions.map(({ version, imageTag = version, templates = {} }, index) => ({
			version,
			at: `2026-10-0${index + 1}T08:00:00Z`,
			notes: null,
			manifests: {
				'chart-files': JSON.stringify({
					id,
					name: id,
					version,
					description,
					backend: { image, helmChart: `oci://ghcr.io/khal-os/charts/pack-${id}`, env: {}, ports: [8080] },
					env: [
						{ key: 'ODD_TOKEN', description: 'A token', required: true, type: 'secret' },
						{ key: 'ODD_KEY', description: 'A key of several lines', required: false, type: 'secret' },
						{ key: 'ODD_LEVEL', description: 'How odd it is', required: false, type: 'string' },
					],
				}),
			},
			chart: { image, imageTag, port: 8080, templates },
			frontends: [],
		})),
	};
}
