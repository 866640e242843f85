/** `map` over `items` with at most `limit` running at once; results in order, the first failure rejects. */
export async function eachLimited<T, R>(
	items: readonly T[],
	limit: number,
	map: (item: T) => Promise<R>,
): Promise<R[]> {
	const results: R[] = [];
	const queue = items.entries();
	async function work(): Promise<void> {
		for (const [index, item] of queue) results[index] = await map(item);
	}
	await Promise.all(Array.from({ length: Math.min(limit, items.length) }, work));
	return results;
}
