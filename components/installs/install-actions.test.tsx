// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import type { InstallDetail } from '@/lib/contracts/installs';
import { InstallActions } from './install-actions';

const id = '00000000-0000-4000-8000-000000000001';
const ana = { id: 'u1', name: 'Ana' };

function removed(dataKept: boolean): InstallDetail {
	return {
		install: {
			id,
			packId: id,
			packName: 'Billing',
			slug: 'billing',
			namespace: 'khal-acme',
			release: 'billing',
			targetName: 'local',
			status: {
				state: 'removed-data-kept',
				label: dataKept ? 'Removed, data kept' : 'Removed',
				desiredVersion: '1.2.0',
				runningVersion: null,
				reason: null,
				observedAt: null,
			},
			version: '1.2.0',
			updateAvailable: null,
			alarms: [],
			dataKept,
			installedAt: '2026-04-03T10:00:00Z',
			changedAt: '2026-04-03T10:00:00Z',
			changedBy: ana,
			activeOperation: null,
		},
		revision: {
			number: 1,
			version: '1.2.0',
			chart: null,
			frontends: [],
			manifestDigest: null,
			planHash: null,
			createdAt: '2026-04-03T10:00:00Z',
			createdBy: ana,
			reason: null,
			note: null,
			operationId: id,
			operationKind: 'install',
			activatedAt: '2026-04-03T10:00:00Z',
			retiredAt: null,
			outcome: 'good',
			helmRevision: 1,
			kept: dataKept,
		},
		manifest: null,
		configuration: [],
		archivedKeys: [],
		live: null,
		liveProblem: null,
		lastOperation: null,
		settledAlarms: [],
		skippedVersions: [],
		pinnedVersion: null,
	};
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
		['Bring back 1.2.0 with what was kept', `/installs/${id}/upgrade?version=1.2.0`],
		['Install again', '/packs/billing/install'],
	]);
});

test('what kept nothing has nothing to bring back', () => {
	show(removed(false));

	expect(hrefs()).toEqual([['Install again', '/packs/billing/install']]);
});
