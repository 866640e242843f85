import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ReleaseRef } from '@/lib/contracts/runner';
import { AppError, messageOf, textAt } from '@/lib/core';

export type Fences = {
	/**
	 * False when a higher number has been here. Otherwise nobody with a lower one passes from now on, in this process or a
	 * later one. Throws AppError when that cannot be written down: what is not remembered must not start.
	 */
	admit(ref: ReleaseRef, fence: number): boolean;
};

/** `<stateDir>/fences/<namespace>/<release>`: the highest number seen for that release. */
export function createFences(stateDir: string): Fences {
	const folder = join(stateDir, 'fences');

	// Without a pause between looking and writing, so that two requests cannot both find the old number.
	function admit({ namespace, release }: ReleaseRef, fence: number): boolean {
		const path = join(folder, namespace, release);
		try {
			const known = readNumber(path);
			if (fence <= known) return fence === known;
			mkdirSync(join(folder, namespace), { recursive: true, mode: 0o700 });
			writeFileSync(`${path}.new`, String(fence), { mode: 0o600 });
			renameSync(`${path}.new`, path);
			return true;
		} catch (cause) {
			throw new AppError('internal', `The runner cannot use its folder: ${messageOf(cause)}`, {
				hint: 'Look at its disk: is it full, or read-only?',
				cause,
			});
		}
	}

	return { admit };
}

/** 0 for a release nobody has asked for, and for a file that a crash of the machine left empty. */
function readNumber(path: string): number {
	try {
		return Number.parseInt(readFileSync(path, 'utf8'), 10) || 0;
	} catch (error) {
		if (textAt(error, 'code') === 'ENOENT') return 0;
		throw error;
	}
}
