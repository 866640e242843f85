import { expect, test } from 'vitest';
import { AppError } from '@/lib/core';
import { createFrontendNews } from './frontend-news';

function registry(answer: () => Map<string, string>) {
	const asked: string[] = [];
	return {
		asked,
		newest: async (prefix: string) => {
			asked.push(prefix);
			return answer();
		},
	};
}

test('packages that are asked about at the same moment share one search, until it is forgotten', async () => {
	const npm = registry(() => new Map([['@acme/pack-a', '1.0.0 2026']]));
	const news = createFrontendNews(npm);

	expect(await Promise.all([news.of('@acme/pack-a'), news.of('@acme/pack-b')])).toEqual(['1.0.0 2026', null]);
	expect(npm.asked).toEqual(['@acme/pack-']);
	news.forget();
	await news.of('@acme/pack-a');
	expect(npm.asked).toHaveLength(2);
});

test.each([
	['upstream_invalid', 1],
	['upstream_forbidden', 1],
	['upstream_unavailable', 2],
	['timeout', 2],
] as const)('a search that ends as %s says nothing, and %i are tried in two looks', async (code, tries) => {
	const npm = registry(() => {
		throw new AppError(code, 'no');
	});
	const news = createFrontendNews(npm);

	expect(await news.of('@acme/pack-a')).toBeNull();
	news.forget();
	expect(await news.of('@acme/pack-a')).toBeNull();
	expect(npm.asked).toHaveLength(tries);
});

test('a package without a scope, and a source without an npm registry, have no news', async () => {
	const npm = registry(() => new Map());

	expect(await createFrontendNews(npm).of('pack-a')).toBeNull();
	expect(await createFrontendNews(null).of('@acme/pack-a')).toBeNull();
	expect(npm.asked).toEqual([]);
});
