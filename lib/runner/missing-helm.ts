import { AppError } from '@/lib/core';

/** The one sentence for a runner without Helm. */
export function missingHelm(): AppError {
	return new AppError('helm_missing', 'This runner has no Helm.', {
		hint: 'Install Helm 4.1 or newer on its PATH or set HELM_BIN, then restart it.',
	});
}
