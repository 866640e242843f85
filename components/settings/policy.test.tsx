import { cleanup, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Policy } from '@/lib/contracts/policy';
import { Stage } from '@/test/support/stage';
import type { AskedException } from './policy-allow';
import { PolicyPage } from './policy-page';

const telemetry = '00000000-0000-4000-8000-000000000007';
const rules = {
	verdicts: {
		privileged: 'refuse',
		'host-access': 'refuse',
		'cluster-scoped': 'confirm',
		crd: 'confirm',
		rbac: 'confirm',
		sandbox: 'confirm',
		'exposed-port': 'allow',
		volume: 'allow',
		'mutable-image': 'allow',
		hook: 'allow',
		permission: 'allow',
	},
	returnAfterFailure: true,
} as const;

const fresh: Policy = { ...rules, revision: 0, changedBy: null, changedAt: null, defaults: rules, exceptions: [] };
const exception: Policy['exceptions'][number] = {
	id: '00000000-0000-4000-8000-000000000009',
	packId: telemetry,
	packName: 'Telemetry',
	slug: 'telemetry',
	power: 'host-access',
	reason: 'It reads /sys.',
	by: { id: 'u1', name: 'Ana' },
	at: '2026-11-20T10:00:00Z',
};

type Call = { method: string; url: string; body: unknown };
let calls: Call[] = [];
let permissions: string[] = [];
let policy: Policy = fresh;
let answers: Record<string, () => Response> = {};

beforeEach(() => {
	calls = [];
	permissions = ['installs:read', 'settings:write'];
	policy = fresh;
	answers = {};
	vi.stubGlobal('fetch', async (url: string, init: RequestInit = {}) => {
		const method = init.method ?? 'GET';
		if (method !== 'GET')
			calls.push({ method, url, body: typeof init.body === 'string' ? JSON.parse(init.body) : null });
		const own = answers[`${method} ${url}`];
		if (own) return own();
		const role = permissions.includes('settings:write') ? 'platform-owner' : 'platform-admin';
		if (url === '/api/me')
			return json({ id: 'u1', name: 'Ana', email: 'a@b.example', role, permissions, sandbox: 'everything' });
		if (url === '/api/packs') return json(packs);
		return json(policy);
	});
	// What jsdom lacks: the methods of a dialog, scrolling, and what the arrow keys are simulated with.
	vi.stubGlobal('CSS', { escape: (text: string) => text.replace(/[^\w-]/g, '\\$&') });
	HTMLDialogElement.prototype.showModal = function showModal() {
		this.open = true;
	};
	HTMLDialogElement.prototype.close = function close() {
		this.open = false;
	};
	Element.prototype.scrollIntoView = () => {};
});

afterEach(() => {
	cleanup();
	vi.unstubAllGlobals();
});

test('every power is a group of three radios with its sentence, and arrows choose', async () => {
	show();
	const group = await screen.findByRole('group', { name: 'Storage' });

	expect(screen.getAllByRole('group')).toHaveLength(11);
	expect(within(group).getAllByRole('radio')).toHaveLength(3);
	expect(screen.getByText('These are the defaults; nobody has changed them.')).toBeTruthy();
	expect(checked(group)).toBe('Allow');
	within(group).getByRole('radio', { name: 'Allow' }).focus();
	await userEvent.keyboard('{ArrowRight}');
	expect(checked(group)).toBe('Confirm');
});

test('nothing is sent before it is saved, what is not saved is counted, and choosing it back leaves nothing', async () => {
	show();
	const group = await screen.findByRole('group', { name: 'Storage' });
	await userEvent.click(within(group).getByRole('radio', { name: 'Refuse' }));
	await userEvent.click(screen.getByRole('checkbox', { name: /Return a failed change/ }));
	expect(screen.getByText('2 changes are not saved.')).toBeTruthy();
	expect(within(group).getByText(/Default: Allow\./)).toBeTruthy();
	await userEvent.click(within(group).getByRole('radio', { name: 'Allow' }));
	expect(screen.getByText('1 change is not saved.')).toBeTruthy();
	await userEvent.click(screen.getByRole('button', { name: 'Discard' }));
	expect(screen.queryByRole('button', { name: 'Save policy' })).toBeNull();
	expect(calls).toEqual([]);
});

test('saving sends the whole policy on the revision it was read at', async () => {
	show();
	const group = await screen.findByRole('group', { name: 'Storage' });
	await userEvent.click(within(group).getByRole('radio', { name: 'Confirm' }));
	const verdicts = { ...rules.verdicts, volume: 'confirm' as const };
	answers['PUT /api/policy'] = () =>
		json({ ...policy, verdicts, revision: 1, changedBy: { id: 'u1', name: 'Ana' }, changedAt: '2026-11-21T10:00:00Z' });
	await userEvent.click(screen.getByRole('button', { name: 'Save policy' }));
	await screen.findByText(/Saved\..*Last changed by Ana/);

	expect(calls).toEqual([
		{ method: 'PUT', url: '/api/policy', body: { verdicts, returnAfterFailure: true, revision: 0 } },
	]);
	expect(screen.queryByText(/not saved/)).toBeNull();
});

test('a policy that somebody else changed is not overwritten: it can be loaded again', async () => {
	show();
	const group = await screen.findByRole('group', { name: 'Storage' });
	await userEvent.click(within(group).getByRole('radio', { name: 'Confirm' }));
	answers['PUT /api/policy'] = () => refused(409, 'Somebody else changed the policy meanwhile.');
	await userEvent.click(screen.getByRole('button', { name: 'Save policy' }));
	await screen.findByText('Somebody else changed the policy meanwhile.');
	policy = { ...fresh, revision: 3, verdicts: { ...rules.verdicts, volume: 'refuse' } };
	await userEvent.click(screen.getByRole('button', { name: 'Load it again' }));

	await waitFor(() => expect(checked(group)).toBe('Refuse'));
	expect(screen.queryByText(/not saved/)).toBeNull();
});

test('somebody without the right reads it, with the reason, and can change nothing', async () => {
	permissions = ['installs:read'];
	policy = { ...fresh, exceptions: [exception] };
	show({ packId: telemetry, power: 'privileged' });
	const note = await screen.findByText(/Your role \(platform-admin\) may look, but not change the policy/);

	expect(note.textContent).toContain('Send them the address of this page');
	for (const radio of screen.getAllByRole('radio')) expect(radio).toHaveProperty('disabled', true);
	expect(screen.getByText('It reads /sys.')).toBeTruthy();
	expect(screen.queryByRole('button', { name: /Remove|Allow/ })).toBeNull();
});

test('who comes from a refused plan finds pack and power chosen and only has to say why', async () => {
	show({ packId: telemetry, power: 'privileged' });
	const reason = await screen.findByLabelText('Reason');
	await waitFor(() => expect(document.activeElement).toBe(reason));
	expect(screen.getByLabelText('Pack')).toHaveProperty('value', telemetry);
	expect(screen.getByLabelText('Power')).toHaveProperty('value', 'privileged');
	await userEvent.click(screen.getByRole('button', { name: 'Allow for this pack' }));
	expect(await screen.findByText(/Say why this pack may have it/)).toBeTruthy();
	expect(calls).toEqual([]);

	await userEvent.type(reason, 'It measures nodes.');
	const added = { ...exception, power: 'privileged' as const, reason: 'It measures nodes.' };
	answers['POST /api/policy/exceptions'] = () => json({ ...fresh, exceptions: [added] }, 201);
	await userEvent.click(screen.getByRole('button', { name: 'Allow for this pack' }));
	await screen.findByText('Telemetry may have “Privileged containers”.');

	expect(calls).toMatchObject([{ body: { packId: telemetry, power: 'privileged', reason: 'It measures nodes.' } }]);
	expect(screen.getByText(/Allowed by Ana/)).toBeTruthy();
});

test('an exception tells pack, power, reason and who, and is removed after one question', async () => {
	policy = { ...fresh, exceptions: [exception], verdicts: { ...rules.verdicts, 'host-access': 'confirm' } };
	answers[`DELETE /api/policy/exceptions/${exception.id}`] = () => json(fresh);
	show();
	await screen.findByText('It reads /sys.');
	expect(screen.getByText(/Without effect now: the policy does not refuse this power/)).toBeTruthy();
	await userEvent.click(
		screen.getByRole('button', { name: 'Remove the exception of Telemetry for Access to the node' }),
	);
	expect(calls).toEqual([]);
	await userEvent.click(screen.getByRole('button', { name: 'Remove exception' }));
	await screen.findByText('There are none.');
	expect(calls).toMatchObject([{ method: 'DELETE' }]);
});

function checked(group: HTMLElement): string {
	const radio = within(group)
		.getAllByRole<HTMLInputElement>('radio')
		.find((each) => each.checked);
	return radio?.closest('label')?.textContent ?? '';
}

function show(asked: AskedException | null = null) {
	render(
		<Stage>
			<PolicyPage asked={asked} />
		</Stage>,
	);
}

const packs = {
	packs: [
		{
			id: telemetry,
			slug: 'telemetry',
			name: 'Telemetry',
			description: '',
			author: '',
			shape: 'full-stack',
			sourceId: telemetry,
			sourceName: 'Acme',
			latestVersion: '2.3.0',
			versions: 4,
			installable: true,
			reasons: [],
			needsSecrets: false,
			updatedAt: null,
			installs: [],
		},
	],
	health: { state: 'fresh', lastGoodSyncAt: null, lastTriedAt: null, problem: null, hint: null },
};

function json(body: unknown, status = 200): Response {
	return new Response(JSON.stringify(body), { status });
}

function refused(status: number, detail: string): Response {
	const rest = { type: 'about:blank', title: 'x', code: 'conflict', instance: '/x', requestId: 'r-1', details: {} };
	return json({ ...rest, status, detail, invalidParams: [] }, status);
}
