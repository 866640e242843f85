import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { Change, changesToJson } from './changes';

const Journal = z.object({ version: z.literal(1), changes: z.array(Change) });

/** Remembers what was pushed or published after the seed, in one JSON file written atomically. */
export type ChangeJournal = {
	/** What earlier runs left behind, oldest first. */
	readonly replay: readonly Change[];
	record(changes: readonly Change[]): void;
	/** Write what is still in memory. */
	flush(): void;
};

/**
 * Open (or start) the journal at `path`; null keeps nothing. Throws ZodError or SyntaxError when the file was
 * damaged: the sandbox must not silently forget a push.
 */
export function openJournal(path: string | null): ChangeJournal {
	const kept: Change[] = path !== null && existsSync(path) ? read(path) : [];
	const replay = [...kept];
	let isScheduled = false;
	function flush(): void {
		isScheduled = false;
		if (path === null) return;
		mkdirSync(dirname(path), { recursive: true });
		const temporary = `${path}.tmp`;
		writeFileSync(temporary, `{"version":1,"changes":${changesToJson(kept)}}\n`);
		renameSync(temporary, path);
	}
	return {
		replay,
		record(changes) {
			kept.push(...changes);
			// A push is a burst of changes; one write at the end of the turn is enough.
			if (path !== null && !isScheduled) {
				isScheduled = true;
				setImmediate(() => {
					if (isScheduled) flush();
				});
			}
		},
		flush() {
			if (isScheduled) flush();
		},
	};
}

function read(path: string): Change[] {
	return Journal.parse(JSON.parse(readFileSync(path, 'utf8'))).changes;
}
