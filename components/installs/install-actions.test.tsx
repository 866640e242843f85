// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import type { InstallDetail } from '@/lib/contracts/installs';
import { ID, installDetail, installSummary, revision } from '@/test/support/views';
import { InstallActions } from './install-actions';

function removed(dataKept: boolean): InstallDetail {
	const { status, ...rest } = installSummary({ dataKept });
	return installDetail({
		install: {
			...rest,
			status: {
				...status,
				state: 'removed-data-kept',
				label: dataKept ? 'Removed, data kept' : 'Removed',
				runningVersion: null,
			},
		},
		revision: revision({ kept: dataKept }),
	});
}

afterEach(() => {
	cleanup();
	vi.unstubAllGlobals();
});

function show(detail: InstallDetail) {
	vi.stubGlobal('fetch', async () => new Response('{}', { status: 500 }));
	render(
		<QueryClientProvider client={new QueryClient()}>
			<InstallActions detail={detail} />
		</QueryClientProvider>,
	);
}

const hrefs = () => screen.getAllByRole('link').map((link) => [link.textContent, link.getAttribute('href')]);

test('what was removed with something kept can be brought back with it, or installed anew', () => {
	show(removed(true));

	expect(hrefs()).toEqual([
		['Bring back 1.2.0 with what was kept', `/installs/${ID}/upgrade?version=1.2.0`],
		['Install again', '/packs/billing/install'],
	]);
});

test('what kept nothing has nothing to bring back', () => {
	show(removed(false));

	expect(hrefs()).toEqual([['Install again', '/packs/billing/install']]);
});
