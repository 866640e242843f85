// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Operation } from '@/lib/contracts/operations';
import type { Blocker } from '@/lib/contracts/runner';
import { OperationView } from './operation-view';

const id = '00000000-0000-4000-8000-000000000001';
const installId = '00000000-0000-4000-8000-000000000002';

const blocker: Blocker = {
	workload: 'Deployment pack-x 0/1',
	pod: 'pack-x-7c9',
	container: 'main',
	image: 'ghcr.io/khal-os/pack-x:1.2.0',
	reason: 'ImagePullBackOff',
	message: 'Back-off pulling image',
	envKey: null,
	sentence: 'The image cannot be pulled. Check that it exists and that the cluster may read it.',
	terminal: true,
	logs: [],
};

const running: Operation = {
	id,
	installId,
	packId: installId,
	packName: 'Billing',
	namespace: 'khal-acme',
	release: 'billing',
	kind: 'install',
	state: 'running',
	fromVersion: null,
	toVersion: '1.2.0',
	revision: 1,
	requestedBy: { id: 'u1', name: 'Ana' },
	reason: null,
	planHash: null,
	createdAt: '2026-04-03T10:00:00Z',
	startedAt: '2026-04-03T10:00:01Z',
	finishedAt: null,
	attempt: 1,
	cancelRequestedBy: null,
	steps: [
		{
			name: 'fetch',
			title: 'Fetch chart',
			state: 'done',
			startedAt: '2026-04-03T10:00:01Z',
			finishedAt: '2026-04-03T10:00:03Z',
			detail: '12 kB',
		},
		{
			name: 'rollout',
			title: 'Wait for pods',
			state: 'running',
			startedAt: '2026-04-03T10:00:03Z',
			finishedAt: null,
			detail: 'Deployment pack-x 0/1',
		},
		{ name: 'commit', title: 'Record', state: 'waiting', startedAt: null, finishedAt: null, detail: null },
	],
	blocker: null,
	failure: null,
	returned: null,
	leaseExpired: false,
};

const failed: Operation = {
	...running,
	state: 'failed',
	finishedAt: '2026-04-03T10:01:00Z',
	failure: {
		code: 'rollout_blocked',
		message: 'The image of pod pack-x-7c9 cannot be pulled.',
		hint: 'Check the image name, then retry.',
		technical: 'helm: timed out',
		step: 'rollout',
		blocker,
	},
};

const me = {
	id: 'u1',
	name: 'Ana',
	email: 'ana@acme.example',
	role: 'platform-admin',
	permissions: ['installs:read', 'installs:write'],
	sandbox: 'everything',
};

let posted: { url: string; body: unknown }[] = [];
let person: typeof me | (Omit<typeof me, 'permissions'> & { permissions: string[] }) = me;

beforeEach(() => {
	posted = [];
	person = me;
	vi.stubGlobal('fetch', async (url: string, init?: RequestInit) => {
		if (url === '/api/me') return new Response(JSON.stringify(person));
		posted.push({ url, body: JSON.parse(String(init?.body)) });
		return new Response(JSON.stringify({ ...running, state: 'queued' }), { status: 202 });
	});
	// jsdom has the element but not its methods.
	HTMLDialogElement.prototype.showModal = function showModal() {
		this.open = true;
	};
	HTMLDialogElement.prototype.close = function close() {
		this.open = false;
	};
});

afterEach(() => {
	cleanup();
	vi.unstubAllGlobals();
});

function show(operation: Operation, onStarted: (operation: Operation) => void = () => {}) {
	const lines = [
		{ id: 1, at: '2026-04-03T10:00:02Z', step: 'fetch', level: 'info', text: 'chart fetched' },
		{ id: 2, at: '2026-04-03T10:00:03Z', step: 'rollout', level: 'warn', text: 'image not found' },
		{ id: 3, at: '2026-04-03T10:00:03Z', step: 'rollout', level: 'debug', text: 'poll 1' },
	] as const;
	return render(
		<QueryClientProvider client={new QueryClient()}>
			<OperationView view={{ operation, lines: [...lines] }} onStarted={onStarted} />
		</QueryClientProvider>,
	);
}

test('a running operation says what, by whom, which step runs, and that the tab may be closed', () => {
	show(running);
	expect(screen.getByRole('heading', { level: 1 }).textContent).toBe('Installing Billing 1.2.0 into khal-acme');
	expect(screen.getByText(/Started by Ana/)).toBeTruthy();
	expect(screen.getByText(/You can close this tab/)).toBeTruthy();
	const steps = within(screen.getByRole('region', { name: 'Steps' })).getAllByRole('listitem');
	expect(steps.map((step) => step.getAttribute('aria-current'))).toEqual([null, 'step', null]);
	expect(steps[0]?.textContent).toContain('Done2 s');
	expect(steps[1]?.textContent).toContain('Running');
	expect(steps[1]?.textContent).toContain('Deployment pack-x 0/1');
	expect(screen.queryByRole('button', { name: 'Retry' })).toBeNull();
});

test('a blocker is named with pod, reason, image and what to do', () => {
	show({ ...running, blocker });
	const card = screen.getByRole('region', { name: 'What holds it up' });
	expect(card.textContent).toContain('Deployment pack-x 0/1 — pod pack-x-7c9: ImagePullBackOff');
	expect(card.textContent).toContain('ghcr.io/khal-os/pack-x:1.2.0');
	expect(card.textContent).toContain('The image cannot be pulled.');
});

test('an interrupted operation says that nothing is lost and nothing is to be done', () => {
	show({ ...running, state: 'interrupted', leaseExpired: true });
	expect(screen.getByRole('heading', { level: 1 }).textContent).toContain('was interrupted');
	expect(screen.getByText(/Finished steps are kept/)).toBeTruthy();
	expect(screen.getByText(/continues by itself/)).toBeTruthy();
	expect(screen.queryByRole('button', { name: 'Retry' })).toBeNull();
});

test('a failed install names cause, next step and what runs, and offers retry, edit and remove', async () => {
	const started = vi.fn();
	show(failed, started);
	expect(screen.getByRole('heading', { level: 1 }).textContent).toBe('Could not install Billing 1.2.0 into khal-acme');
	expect(screen.getByText('The image of pod pack-x-7c9 cannot be pulled.')).toBeTruthy();
	expect(screen.getByText('Check the image name, then retry.')).toBeTruthy();
	expect(screen.getByText('Nothing of Billing is running in khal-acme.')).toBeTruthy();
	expect(screen.getByRole('link', { name: 'Edit and retry' }).getAttribute('href')).toBe(
		`/installs/${installId}/configure`,
	);
	expect(screen.getByRole('link', { name: 'Remove' }).getAttribute('href')).toBe(`/installs/${installId}/remove`);
	await userEvent.click(screen.getByRole('button', { name: 'Retry' }));
	await vi.waitFor(() => expect(started).toHaveBeenCalledOnce());
	expect(posted).toMatchObject([{ url: `/api/installs/${installId}/operations`, body: { kind: 'retry' } }]);
});

test('somebody without the right reads why Retry does nothing, and pressing it sends nothing', async () => {
	person = { ...me, role: 'member', permissions: ['installs:read'] };
	show(failed);
	expect(await screen.findByText(/Your role \(member\) may look/)).toBeTruthy();
	await userEvent.click(screen.getByRole('button', { name: 'Retry' }));
	expect(posted).toEqual([]);
});

test('a failed upgrade tells both facts: what failed and what runs now', () => {
	show({ ...failed, kind: 'upgrade', fromVersion: '1.1.0', returned: { version: '1.1.0', ok: true } });
	expect(screen.getByText('Packyard returned to 1.1.0, which is running.')).toBeTruthy();
	expect(screen.getByRole('link', { name: 'Edit and retry' }).getAttribute('href')).toBe(
		`/installs/${installId}/upgrade?version=1.2.0`,
	);
});

test('a failed upgrade that was left as it is offers the way back', () => {
	const back = { name: 'return', title: 'Return', startedAt: null, finishedAt: null, detail: null } as const;
	const upgrade: Operation = { ...failed, kind: 'upgrade', fromVersion: '1.1.0' };
	show({ ...upgrade, steps: [...failed.steps, { ...back, state: 'skipped' }] });
	expect(screen.getByRole('link', { name: 'Roll back to 1.1.0' }).getAttribute('href')).toBe(
		`/installs/${installId}/rollback`,
	);
	cleanup();
	show({ ...upgrade, steps: [...failed.steps, { ...back, state: 'done' }] });
	expect(screen.queryByRole('link', { name: 'Roll back to 1.1.0' })).toBeNull();
});

test('a removal that a hook has stopped can go on without hooks, which is never the default', async () => {
	const stopped: Operation = {
		...failed,
		kind: 'uninstall',
		failure: failed.failure && { ...failed.failure, code: 'hook_failed', message: 'A hook of the chart failed.' },
	};
	const started = vi.fn();
	show(stopped, started);
	const choice = screen.getByLabelText(/Remove without running the hooks/);
	expect(choice).toHaveProperty('checked', false);
	await userEvent.click(choice);
	await userEvent.click(screen.getByRole('button', { name: 'Remove without hooks' }));
	await vi.waitFor(() => expect(started).toHaveBeenCalledOnce());
	expect(posted).toMatchObject([{ body: { kind: 'retry', skipHooks: true } }]);
	cleanup();

	// The control twins: nothing to skip where no hook was in the way, and a plain retry says nothing about hooks.
	posted = [];
	show({ ...stopped, failure: failed.failure && { ...failed.failure, code: 'timeout' } }, started);
	expect(screen.queryByLabelText(/Remove without running the hooks/)).toBeNull();
	await userEvent.click(screen.getByRole('button', { name: 'Retry' }));
	await vi.waitFor(() => expect(posted).toHaveLength(1));
	expect(posted[0]?.body).not.toHaveProperty('skipHooks');
});

test('a finished install leads to the install and cannot be cancelled', () => {
	show({ ...running, state: 'succeeded', finishedAt: '2026-04-03T10:00:40Z' });
	expect(screen.getByText('Billing 1.2.0 is running in khal-acme.')).toBeTruthy();
	expect(screen.getByRole('link', { name: 'Open Billing' }).getAttribute('href')).toBe(`/installs/${installId}`);
	expect(screen.queryByRole('button', { name: /Cancel/ })).toBeNull();
	expect(screen.getByText(/took 39 s/)).toBeTruthy();
});

test('cancelling asks first and says what will be left', async () => {
	show(running);
	await userEvent.click(screen.getByRole('button', { name: 'Cancel…' }));
	expect(posted).toEqual([]);
	expect(screen.getByText(/stays until you retry or remove this install/)).toBeTruthy();
	await userEvent.click(screen.getByRole('button', { name: 'Cancel the operation' }));
	await vi.waitFor(() => expect(posted).toEqual([{ url: `/api/operations/${id}/cancel`, body: {} }]));
});

test('while the version that ran before is put back, Cancel says why it does nothing', async () => {
	const [fetch] = running.steps;
	if (fetch === undefined) throw new Error('the example has no steps');
	const returning = { ...fetch, name: 'return', title: 'Return to the last good revision', state: 'running' } as const;
	show({ ...running, kind: 'upgrade', fromVersion: '1.1.0', steps: [...running.steps, returning] });
	expect(screen.getByText(/It is putting 1\.1\.0 back/)).toBeTruthy();
	await userEvent.click(screen.getByRole('button', { name: 'Cancel…' }));
	expect(screen.queryByRole('button', { name: 'Cancel the operation' })).toBeNull();
	expect(posted).toEqual([]);
});

test('debug lines are hidden until asked for', async () => {
	show(running);
	const log = screen.getByText('Technical detail').closest('details');
	expect(log?.textContent).toContain('Warning: image not found');
	expect(log?.textContent).not.toContain('poll 1');
	await userEvent.selectOptions(screen.getByLabelText('Which lines'), 'Everything');
	expect(log?.textContent).toContain('poll 1');
	await userEvent.selectOptions(screen.getByLabelText('Which lines'), 'Errors');
	expect(log?.textContent).toContain('3 others are hidden');
});
