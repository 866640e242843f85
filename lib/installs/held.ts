import { isNarrower, type Manifest } from '@/lib/manifest';
import type { StoredRevision } from './store';

/**
 * What an install has for its keys now, as the contract engine takes it. What an earlier upgrade archived counts,
 * because it comes back by itself, except a secret that the `wanted` version would have to check; a lost secret does
 * not count either. Pure.
 */
export function heldBy(
	{ answers, archived, secrets }: Pick<StoredRevision, 'answers' | 'archived' | 'secrets'>,
	{ lost = [], wanted = null }: { lost?: readonly string[]; wanted?: Manifest | null } = {},
): { plain: Record<string, string>; secretsSet: string[] } {
	const types = new Map(wanted?.contract.map(({ key, type }) => [key, type]));
	const plain: Record<string, string> = {};
	const hidden = new Set(Object.keys(secrets));
	for (const [key, value] of Object.entries(archived)) {
		if (typeof value === 'string') plain[key] = value;
		else if (!isNarrower(types.get(key) ?? 'secret', value.type ?? null)) hidden.add(key);
	}
	return { plain: { ...plain, ...answers }, secretsSet: [...hidden].filter((key) => !lost.includes(key)) };
}
