import { expect, test } from 'vitest';
import { HelmOutcome } from '@/lib/contracts/runner';
import { classify } from './classify';

const rows: [string, HelmOutcome][] = [
	['UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress', 'busy'],
	['INSTALLATION FAILED: release: already exists', 'busy'],
	['INSTALLATION FAILED: cannot reuse a name that is still in use', 'name_in_use'],
	['Kubernetes cluster unreachable: the server has asked for the client to provide credentials', 'unauthenticated'],
	[
		'Kubernetes cluster unreachable: Get "https://127.0.0.1:1/version": dial tcp 127.0.0.1:1: connect: connection refused',
		'unreachable',
	],
	[
		'Kubernetes cluster unreachable: Get "https://x/version": tls: failed to verify certificate: x509: certificate signed by unknown authority',
		'unreachable',
	],
	['query: failed to query with labels: secrets is forbidden: User "u" cannot list resource "secrets"', 'forbidden'],
	['pods "x" is forbidden: exceeded quota: compute, requested: cpu=1, used: cpu=4, limited: cpu=4', 'forbidden'],
	['UPGRADE FAILED: context canceled', 'cancelled'],
	[
		'unable to build kubernetes objects from release manifest: resource mapping not found for name: "x" namespace: "" from "": no matches for kind "ServiceMonitor" in version "monitoring.coreos.com/v1"\nensure CRDs are installed first',
		'missing_crd',
	],
	[
		'UPGRADE FAILED: conflict occurred while applying object apps/demo apps/v1, Kind=Deployment: Apply failed with 1 conflict: conflict with "kubectl" using apps/v1: .spec.replicas',
		'field_conflict',
	],
	[
		'UPGRADE FAILED: server-side apply failed for object apps/demo apps/v1, Kind=Deployment: Apply failed with 2 conflicts',
		'field_conflict',
	],
	[
		'Unable to continue with install: ConfigMap "x" in namespace "apps" exists and cannot be imported into the current release: invalid ownership metadata; label validation error',
		'ownership',
	],
	[
		"INSTALLATION FAILED: values don't meet the specifications of the schema(s) in the following chart(s):\ndemo:\n- at '/replicaCount': got string, want integer",
		'values_schema',
	],
	[
		'INSTALLATION FAILED: error while running post render on files: error while running command x. error output:\n: exit status 1',
		'post_render',
	],
	[
		'template: demo/templates/a.yaml:3:20: executing "demo/templates/a.yaml" at <.Values.image.tag>: can\'t evaluate field tag in type interface {}',
		'template',
	],
	['execution error at (demo/templates/a.yaml:1:4): a host is required', 'template'],
	['YAML parse error on demo/templates/a.yaml: error converting YAML to JSON: yaml: line 4', 'template'],
	[
		'INSTALLATION FAILED: failed pre-install: resource Job/apps/x not ready. status: Failed, message: Job Failed. failed: 1/1\ncontext deadline exceeded',
		'hook',
	],
	[
		'UPGRADE FAILED: resource Deployment/apps/demo not ready. status: InProgress, message: Available: 0/1\ncontext deadline exceeded',
		'not_ready',
	],
	[
		'UPGRADE FAILED: resource Deployment/apps/demo not ready. status: Failed, message: Progress deadline exceeded',
		'not_ready',
	],
	['UPGRADE FAILED: context deadline exceeded', 'timeout'],
	['client rate limiter Wait returned an error: rate: Wait(n=1) would exceed context deadline', 'timeout'],
	[
		'failed to create resource: StatefulSet.apps "x" is invalid: spec: Forbidden: updates to statefulset spec',
		'invalid',
	],
	['UPGRADE FAILED: "demo" has no deployed releases', 'no_deployed'],
	['uninstall: Release not loaded: demo: release: not found', 'not_found'],
	['release has no 0 version', 'not_found'],
	['Chart.yaml file is missing', 'chart'],
	['chart requires kubeVersion: >=1.99.0 which is incompatible with Kubernetes v1.35.0', 'chart'],
	[
		'create: failed to create: Secret "sh.helm.release.v1.x.v1" is invalid: data: Too long: may not be more than 1048576 bytes',
		'too_large',
	],
	['original object Job "x-job-2" not found', 'rollback_broken'],
	['something nobody has seen', 'failed'],
];

test.each(rows)('%j is %s', (text, outcome) => {
	expect(classify(text).outcome).toBe(outcome);
});

test('every outcome that Helm words can cause has a row here', () => {
	// The others are decided by the runner itself: success, a signal, and a rendering that may do more than approved.
	const own: readonly string[] = ['ok', 'killed', 'not_approved', 'superseded', 'moved'];
	const byWords = HelmOutcome.options.filter((outcome) => !own.includes(outcome));
	expect(new Set(rows.map(([, outcome]) => outcome))).toEqual(new Set(byWords));
});

test('every explanation is a plain sentence that does not quote Helm', () => {
	for (const [text] of rows) expect(classify(text).message).toMatch(/^[A-Z][^"]*\.$/);
});
