import type { ReleaseRef } from '@/lib/contracts/runner';
import type { KubeClient } from '../kube/client';
import { collection } from '../kube/discovery';
import { isPending, listRecords, markFailed, type RecordHead } from './records';

export type Recovery = { recovered: string | null; records: RecordHead[] };

/**
 * Rewrite a record that a killed Helm left in `pending-*` or `uninstalling` to `failed`, so that Helm accepts the next
 * run (facts: helm.md section 3.4; keeps the history, unlike deleting the record). Returns what was repaired in words,
 * or null, and the records as they are now.
 * Only call it while holding the release and with no Helm of ours alive: it would break a running one.
 */
export async function recoverRelease(kube: KubeClient, ref: ReleaseRef): Promise<Recovery> {
	const records = await listRecords(kube, ref);
	const [newest] = records;
	if (!newest || !isPending(newest)) return { recovered: null, records };
	const failed = markFailed(newest.secret, `Interrupted while ${newest.status}; marked as failed by Packyard`);
	// The resourceVersion in the object makes this a compare-and-set: a live Helm that writes in between wins.
	await kube.replace(`${collection('secrets', ref.namespace)}/${newest.secretName}`, failed);
	const recovered = `Revision ${newest.revision} was left in ${newest.status} by an interrupted run and is now marked as failed.`;
	return { recovered, records: await listRecords(kube, ref) };
}
