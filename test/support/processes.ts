import { readdir, readFile, readlink } from 'node:fs/promises';

/**
 * Processes that work below a folder. Helm runs in a private directory of the temporary folder, so with a TMPDIR of its
 * own a portal's Helms can be told from everybody else's. A zombie counts as gone.
 */
export async function processesIn(folder: string): Promise<number[]> {
	const found: number[] = [];
	for (const name of await readdir('/proc')) {
		if (!/^\d+$/.test(name)) continue;
		// EACCES and ENOENT: somebody else's process, or one that has just ended.
		const place = await readlink(`/proc/${name}/cwd`).catch(() => '');
		const stat = place.startsWith(folder) ? await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '') : '';
		if (stat !== '' && !/\) Z /.test(stat)) found.push(Number(name));
	}
	return found;
}
