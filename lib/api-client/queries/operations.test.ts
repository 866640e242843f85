import { QueryClient } from '@tanstack/react-query';
import { afterEach, expect, test, vi } from 'vitest';
import { operationQueries } from './operations';

const id = '00000000-0000-4000-8000-000000000001';

/** A server with `total` lines that answers pages of 500, as the route does. */
function serve(total: () => number) {
	const asked: number[] = [];
	vi.stubGlobal('fetch', async (input: string) => {
		const after = Number(new URL(input, 'http://portal.test').searchParams.get('after'));
		asked.push(after);
		const lines = Array.from({ length: Math.min(500, total() - after) }, (_, index) => ({
			id: after + index + 1,
			at: '2026-01-01T00:00:00Z',
			step: null,
			level: 'info',
			text: `line ${after + index + 1}`,
		}));
		return new Response(JSON.stringify({ operation, lines }));
	});
	return asked;
}

afterEach(() => {
	vi.unstubAllGlobals();
});

test('new lines are added to the ones already known, and only new ones are asked for', async () => {
	let total = 3;
	const asked = serve(() => total);
	const client = new QueryClient();
	await client.fetchQuery(operationQueries.view(id));
	total = 5;
	const view = await client.fetchQuery(operationQueries.view(id));
	expect(asked).toEqual([0, 3]);
	expect(view.lines.map((line) => line.text)).toEqual(['line 1', 'line 2', 'line 3', 'line 4', 'line 5']);
});

test('a long log is read to its end, page by page', async () => {
	const asked = serve(() => 1200);
	const view = await new QueryClient().fetchQuery(operationQueries.view(id));
	expect(asked).toEqual([0, 500, 1000]);
	expect(view.lines).toHaveLength(1200);
});

const operation = {
	id,
	installId: id,
	packId: id,
	packName: 'Billing',
	namespace: 'khal-acme',
	release: 'billing',
	kind: 'install',
	state: 'running',
	fromVersion: null,
	toVersion: '1.2.0',
	revision: 1,
	requestedBy: { id: 'u', name: 'Ana' },
	reason: null,
	planHash: null,
	createdAt: '2026-01-01T00:00:00Z',
	startedAt: null,
	finishedAt: null,
	attempt: 1,
	cancelRequestedBy: null,
	steps: [],
	blocker: null,
	failure: null,
	returned: null,
	leaseExpired: false,
};
