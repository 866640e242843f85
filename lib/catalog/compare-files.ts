import { sha256 } from '@/lib/digest';

export type FileChange = { path: string; change: 'added' | 'changed' | 'removed' };

/** Which files differ between two archives, by path without the root folder; at most `most`, in order. Pure. */
export function compareFiles(
	before: ReadonlyMap<string, Uint8Array>,
	after: ReadonlyMap<string, Uint8Array>,
	most = 200,
): FileChange[] {
	const old = byPath(before);
	const next = byPath(after);
	const changes: FileChange[] = [];
	for (const path of [...new Set([...old.keys(), ...next.keys()])].sort()) {
		const [was, is] = [old.get(path), next.get(path)];
		if (was === is) continue;
		changes.push({ path, change: was === undefined ? 'added' : is === undefined ? 'removed' : 'changed' });
	}
	return changes.slice(0, most);
}

/** Charts have one root folder, named like the chart. */
function byPath(files: ReadonlyMap<string, Uint8Array>): Map<string, string> {
	return new Map([...files].map(([path, bytes]) => [path.replace(/^[^/]+\//, ''), sha256(bytes)]));
}
