import type { HelmOutcome } from '@/lib/contracts/runner';

export type Explanation = { outcome: HelmOutcome; message: string; hint: string | null };

type Rule = { outcome: HelmOutcome; pattern: RegExp; message: string; hint: string | null };

/**
 * The one table from Helm's words to an outcome a person can act on; the first match wins, so the specific come before
 * the general. Observed with Helm 4.1.4 (facts: helm.md sections 3 and 7), with the prefixes of 4.2 in mind.
 */
const rules: readonly Rule[] = [
	{
		outcome: 'busy',
		pattern: /another operation \(install\/upgrade\/rollback\) is in progress|release: already exists/,
		message: 'Another Helm operation is running for this release.',
		hint: 'Wait until it has ended, then try again. If nothing is running, use Recover.',
	},
	{
		outcome: 'name_in_use',
		pattern: /cannot reuse a name that is still in use/,
		message: 'A release with this name already exists in the namespace.',
		hint: 'Choose another release name, or remove the existing release first.',
	},
	{
		outcome: 'rollback_broken',
		pattern: /original object .* not found/,
		message: 'An object of the earlier revision is no longer in the cluster, so Helm cannot compare with it.',
		hint: 'Re-apply the wanted version instead of rolling back.',
	},
	{
		outcome: 'post_render',
		pattern: /error while running post render/,
		message: 'The environment could not be added to the rendered chart.',
		hint: 'The chart renders something that is not valid YAML. Report it to the publisher of the pack.',
	},
	{
		outcome: 'values_schema',
		pattern: /values don't meet the specifications of the schema/,
		message: 'The chart refuses these values: they do not fit its schema.',
		hint: 'Correct the values named below.',
	},
	{
		outcome: 'missing_crd',
		pattern: /no matches for kind|ensure CRDs are installed first/,
		message: 'The chart needs a kind of object that this cluster does not know.',
		hint: 'Install the operator or CRDs the chart depends on first.',
	},
	{
		outcome: 'template',
		pattern: /execution error at|executing "|can't evaluate|parse error at|YAML parse error|error converting YAML/,
		message: 'The chart cannot be rendered.',
		hint: 'This is a mistake in the chart or a value it does not expect. Report it to the publisher of the pack.',
	},
	{
		outcome: 'ownership',
		pattern: /cannot be imported into the current release|invalid ownership metadata/,
		message: 'An object of this chart already exists and belongs to somebody else.',
		hint: 'Remove or rename that object, or choose to take it over.',
	},
	{
		outcome: 'field_conflict',
		pattern: /conflicts? occurred while applying|Apply failed with \d+ conflict|conflict with "/,
		message: 'Somebody changed an object of this release outside Packyard, and both want the same field.',
		hint: 'Look at the drift, then choose to take the fields back.',
	},
	{
		outcome: 'unauthenticated',
		pattern: /asked for the client to provide credentials|Unauthorized/,
		message: 'The cluster does not accept the credentials of the runner.',
		hint: 'Renew the token or certificate in the kubeconfig of this target.',
	},
	{
		outcome: 'too_large',
		pattern: /Too long: (may not be more than|must have at most)|request is too large|Request entity too large/,
		message: 'The release record is too large for a Kubernetes Secret (1 MiB).',
		hint: 'The chart is too big. Ask the publisher to leave files out of it.',
	},
	{
		outcome: 'forbidden',
		pattern: /is forbidden: /,
		message: 'The cluster does not allow the runner to create or change an object of this chart.',
		hint: 'Give the service account of the runner the missing right, or raise the quota named below.',
	},
	{
		outcome: 'hook',
		pattern:
			/hooks? failed|failed (pre|post)-(install|delete|upgrade|rollback)|hook execution failed|not ready\. status: Failed, message: Job/,
		message: 'A hook of the chart (a job that runs before or after the change) failed.',
		hint: 'Read its last lines below; fix the cause, then retry.',
	},
	{
		outcome: 'cancelled',
		pattern: /context canceled/,
		message: 'The operation was cancelled.',
		hint: null,
	},
	{
		outcome: 'no_deployed',
		pattern: /has no deployed releases/,
		message: 'Helm finds no revision of this release that was ever deployed.',
		hint: 'Remove the install and install it again.',
	},
	{
		outcome: 'not_found',
		pattern: /release: not found|has no \d+ version/,
		message: 'Helm does not know this release or revision.',
		hint: null,
	},
	{
		outcome: 'not_ready',
		pattern: /not ready\. status: (Failed|InProgress)|[Pp]rogress deadline exceeded|ProgressDeadlineExceeded/,
		message: 'The change was applied, but the workload did not become ready in time.',
		hint: 'Look at the pod named below.',
	},
	{
		// Go's client rate limiter words a passed deadline this way; it is not throttling (helm/helm#12154).
		outcome: 'timeout',
		pattern: /context deadline exceeded|would exceed context deadline|timed out/,
		message: 'Helm did not finish in time.',
		hint: 'Try again, with a longer timeout if the workload is slow to start.',
	},
	{
		outcome: 'unreachable',
		pattern:
			/cluster unreachable|connection refused|no such host|i\/o timeout|connection reset|EOF$|TLS handshake|x509: /,
		message: 'The cluster cannot be reached.',
		hint: 'Check that the API server runs and that the runner can reach it. Nothing has to be undone by hand.',
	},
	{
		outcome: 'invalid',
		pattern: / is invalid: |strict decoding error|unknown field "|field is immutable/,
		message: 'The cluster refuses an object of this chart as invalid.',
		hint: 'Fields that cannot be changed need the object to be removed first; otherwise report it to the publisher.',
	},
	{
		outcome: 'chart',
		pattern:
			/failed to perform|chart .*not found|Chart\.yaml file is missing|response status code|chart requires kubeVersion|archive\/tar|gzip: invalid/,
		message: 'The chart cannot be used.',
		hint: 'Report it to the publisher of the pack.',
	},
];

/** Explain the text of a failed run. `failed` when no rule knows it; the raw text stays available to the caller. */
export function classify(text: string): Explanation {
	const rule = rules.find(({ pattern }) => pattern.test(text));
	if (rule) return { outcome: rule.outcome, message: rule.message, hint: rule.hint };
	return { outcome: 'failed', message: 'Helm failed.', hint: 'The technical detail says why.' };
}
