import type { StoredRevision } from './store';

/**
 * What an install has for its keys now, as the contract engine takes it. What an earlier upgrade archived counts,
 * because it comes back by itself; a lost secret does not. Pure.
 */
export function heldBy(
	{ answers, archived, secrets }: Pick<StoredRevision, 'answers' | 'archived' | 'secrets'>,
	lost: readonly string[] = [],
): { plain: Record<string, string>; secretsSet: string[] } {
	const plain: Record<string, string> = {};
	const hidden = new Set(Object.keys(secrets));
	for (const [key, value] of Object.entries(archived)) {
		if (typeof value === 'string') plain[key] = value;
		else hidden.add(key);
	}
	return { plain: { ...plain, ...answers }, secretsSet: [...hidden].filter((key) => !lost.includes(key)) };
}
