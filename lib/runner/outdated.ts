import type { RunnerResult } from '@/lib/contracts/runner';
import { AppError } from '@/lib/core';
import type { RecordHead } from './helm/records';
import { resultOf } from './jobs';

const MESSAGE = 'Something newer has worked on this release since.';
const HINT = 'Nothing was changed. Look at what runs now, then ask again if you still want this.';

export function outdated(): RunnerResult {
	return resultOf('superseded', MESSAGE, { hint: HINT });
}

export function outdatedError(): AppError {
	return new AppError('conflict', MESSAGE, { hint: HINT });
}

/**
 * The same question to Helm's own records, which a runner that lost its folder still has. Called while holding the
 * release, so that no record can be written in between.
 */
export function isOutdated(records: readonly RecordHead[], fence: number | undefined): boolean {
	return records.some((record) => record.fence > (fence ?? 0));
}
