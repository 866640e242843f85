// @vitest-environment jsdom
import { act, cleanup, renderHook, waitFor } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import type { RequestOperation } from '@/lib/contracts/installs';
import { textAt } from '@/lib/core';
import { Stage } from '@/test/support/stage';
import { useSubmit } from './use-submit';

const installId = '00000000-0000-4000-8000-000000000002';
const rollback =
	(revision: number) =>
	(requestId: string): RequestOperation => ({
		kind: 'rollback',
		requestId,
		revision,
		planHash: `sha256:${'a'.repeat(64)}`,
		acknowledged: [],
		reason: null,
	});

/** The ids of what was sent, one after the other, to a server that answers like this. */
async function idsOf(answer: () => Response, revisions: readonly number[]): Promise<(string | undefined)[]> {
	const ids: (string | undefined)[] = [];
	vi.stubGlobal('fetch', async (_: string, init?: RequestInit) => {
		ids.push(textAt(JSON.parse(String(init?.body)), 'requestId'));
		return answer();
	});
	const { result } = renderHook(() => useSubmit(installId), { wrapper: Stage });
	for (const [index, revision] of revisions.entries()) {
		act(() => result.current.mutate(rollback(revision)));
		await waitFor(() => expect(ids).toHaveLength(index + 1));
		await waitFor(() => expect(result.current.isPending).toBe(false));
	}
	return ids;
}

afterEach(() => {
	cleanup();
	vi.unstubAllGlobals();
});

test('the same asked again after the connection broke is the same request, something else is another one', async () => {
	const broken = () => {
		throw new TypeError('Failed to fetch');
	};
	const [first, same, changed, back] = await idsOf(broken, [1, 1, 2, 1]);

	expect(same).toBe(first);
	expect(changed).not.toBe(first);
	expect(back).not.toBe(changed);
});

test('what the server has refused is asked again as a new request', async () => {
	const problem = {
		type: 'about:blank',
		title: 'Conflict',
		status: 409,
		detail: 'No.',
		code: 'conflict',
		instance: '/',
	};
	const refuse = () =>
		new Response(JSON.stringify({ ...problem, requestId: 'r1', invalidParams: [], details: {} }), {
			status: 409,
			headers: { 'content-type': 'application/problem+json' },
		});
	const [first, again] = await idsOf(refuse, [1, 1]);

	expect(again).not.toBe(first);
});
