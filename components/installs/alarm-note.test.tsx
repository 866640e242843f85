// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Alarm } from '@/lib/contracts/installs';
import { ID, installSummary } from '@/test/support/views';
import { AlarmNote, SettledAlarms } from './alarm-note';

const install = installSummary();
const moved: Alarm = {
	id: 'tag-moved:1.2.0:sha256:b',
	kind: 'tag-moved',
	version: '1.2.0',
	since: '2026-04-03T10:00:00Z',
	sentence: 'The tag 1.2.0 points to other bytes now than the ones that run here.',
	digests: { running: 'sha256:aaaa', published: 'sha256:bbbb' },
};

let permissions: string[] = [];
let sent: unknown[] = [];

beforeEach(() => {
	permissions = ['installs:write'];
	sent = [];
	// jsdom has the element without its methods.
	HTMLDialogElement.prototype.showModal = function showModal() {
		this.open = true;
	};
	HTMLDialogElement.prototype.close = function close() {
		this.open = false;
	};
	vi.stubGlobal('fetch', async (url: string, init?: RequestInit) => {
		if (url === '/api/me')
			return new Response(
				JSON.stringify({
					id: 'u1',
					name: 'Ana',
					email: 'a@b.example',
					role: 'member',
					permissions,
					sandbox: 'everything',
				}),
			);
		sent.push({ url, method: init?.method, body: JSON.parse(String(init?.body)) });
		return new Response('{}', { status: 500 });
	});
});
afterEach(() => {
	cleanup();
	vi.unstubAllGlobals();
});

function show(ui: React.ReactElement) {
	render(<QueryClientProvider client={new QueryClient()}>{ui}</QueryClientProvider>);
}

test('a moved tag says what runs, since when, and leads to the version it is about', () => {
	show(<AlarmNote install={install} alarm={moved} />);

	expect(screen.getByText(moved.sentence)).toBeTruthy();
	expect(screen.getByText(/What runs is what was reviewed/)).toBeTruthy();
	expect(screen.getByTitle('sha256:aaaa')).toBeTruthy();
	expect(screen.getByTitle('sha256:bbbb')).toBeTruthy();
	expect(screen.getByRole('link', { name: 'Compare the bytes' }).getAttribute('href')).toBe(
		'/packs/billing?version=1.2.0',
	);
});

test('accepted bytes lead to a plan of the same version with them', () => {
	show(<AlarmNote install={install} alarm={{ ...moved, kind: 'replaced' }} />);

	expect(screen.getByRole('link', { name: 'Plan the new bytes' }).getAttribute('href')).toBe(
		`/installs/${ID}/upgrade?version=1.2.0&adopt=true`,
	);
});

test('settling is asked once, says for what it counts, and sends exactly this alarm with the reason', async () => {
	show(<AlarmNote install={install} alarm={moved} />);
	await userEvent.click(screen.getByRole('button', { name: 'Settle…' }));
	expect(sent).toEqual([]);
	expect(screen.getByText(/For this digest only/)).toBeTruthy();

	await userEvent.type(screen.getByLabelText(/Why/), ' rebuilt ');
	await userEvent.click(screen.getByRole('button', { name: 'Settle it' }));
	await screen.findByText('The notice was not settled.');
	expect(sent).toEqual([
		{
			url: `/api/installs/${ID}`,
			method: 'PATCH',
			body: { alarm: { id: moved.id, settled: true, reason: 'rebuilt' } },
		},
	]);
});

test('who may only look is told whom to ask', async () => {
	permissions = [];
	show(<AlarmNote install={install} alarm={moved} />);

	expect(await screen.findByText(/may look, but not settle notices/)).toBeTruthy();
});

test('settled notices are folded away and can be raised again; none is nothing', async () => {
	show(<SettledAlarms install={install} alarms={[moved]} />);
	await userEvent.click(screen.getByText('1 settled notice'));
	await userEvent.click(screen.getByRole('button', { name: 'Raise again' }));
	await screen.findByText('The notice was not raised.');
	expect(sent).toMatchObject([{ body: { alarm: { id: moved.id, settled: false } } }]);
	cleanup();

	show(<SettledAlarms install={install} alarms={[]} />);
	expect(document.querySelector('details')).toBeNull();
});
