import { ApiError } from '@/lib/api-client';

/** The refused inputs of a failed request that belong to one of `names`, to be shown at their fields. */
export function refusedFields<N extends string>(error: unknown, names: readonly N[]): { name: N; reason: string }[] {
	if (!(error instanceof ApiError)) return [];
	return names.flatMap((name) => {
		const refused = error.problem.invalidParams.find((param) => param.name === name);
		return refused ? [{ name, reason: refused.reason }] : [];
	});
}
