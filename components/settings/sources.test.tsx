import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { AppRouterContext } from 'next/dist/shared/lib/app-router-context.shared-runtime';
import type { ReactNode } from 'react';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { SourceConfig } from '@/lib/contracts/source-config';
import type { DoctorReport, SourceDetail } from '@/lib/contracts/sources';
import { AddSourcePage } from './add-source-page';
import { EditSourcePage } from './edit-source-page';
import { ImportBundlePage } from './import-bundle-page';
import { SourceList } from './source-list';
import { SourcePage } from './source-page';

const id = '00000000-0000-4000-8000-000000000001';
const at = '2026-04-03T10:00:00Z';

const github: SourceDetail = {
	id,
	kind: 'github',
	name: 'Acme',
	address: 'github.com/acme',
	enabled: true,
	credential: 'set',
	npmCredential: 'not-set',
	health: 'good',
	packs: 12,
	lastGoodSyncAt: at,
	lastTriedAt: at,
	problem: null,
	hint: null,
	progress: null,
	readOnlyReason: null,
	config: SourceConfig.parse({ kind: 'github', org: 'acme' }),
	createdAt: at,
	installs: 0,
	notDeletableReason: null,
	token: { scopes: ['read:packages'], expiresAt: null },
	warnings: [],
};

const report: DoctorReport = {
	result: 'fail',
	steps: [
		{ step: 'dns', result: 'ok', code: null, detail: 'ghcr.io → 10.1.1.1', nextStep: null },
		{
			step: 'listing',
			result: 'fail',
			code: '403',
			detail: 'The token may not list packages.',
			nextStep: 'Give it the scope read:packages.',
		},
		{ step: 'token', result: 'warn', code: '401', detail: 'The credential was refused.', nextStep: 'Renew it.' },
		{ step: 'npm', result: 'skipped', code: null, detail: 'No frontend package is known.', nextStep: null },
	],
};

type Call = { method: string; url: string; body: unknown };
let calls: Call[] = [];
let permissions: string[] = [];
let role = 'platform-owner';
let source: SourceDetail = github;
let answers: Record<string, () => Response> = {};
const pushed: string[] = [];

beforeEach(() => {
	calls = [];
	pushed.length = 0;
	permissions = ['sources:read', 'sources:sync', 'sources:write'];
	role = 'platform-owner';
	source = github;
	answers = {};
	vi.stubGlobal('fetch', async (url: string, init: RequestInit = {}) => {
		const method = init.method ?? 'GET';
		const own = answers[`${method} ${url}`];
		if (method !== 'GET' || own) {
			calls.push({ method, url, body: typeof init.body === 'string' ? JSON.parse(init.body) : null });
		}
		if (own) return own();
		if (url === '/api/me') {
			return json({ id: 'u1', name: 'Ana', email: 'ana@acme.example', role, permissions, sandbox: 'everything' });
		}
		if (url === '/api/sources' && method === 'GET') return json({ sources: [source] });
		return json(source, method === 'POST' ? 201 : 200);
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

describe('the list', () => {
	test('says how a failing source is, since when, why, what to do, and that its packs stay', async () => {
		source = { ...github, health: 'failing', problem: 'The token is refused.', hint: 'Make a new one.' };
		show(<SourceList />);
		const row = await screen.findByRole('article');
		expect(within(row).getByText('Failing')).toBeTruthy();
		expect(within(row).getByText('12 packs')).toBeTruthy();
		expect(within(row).getByText('The token is refused.')).toBeTruthy();
		expect(within(row).getByText('Make a new one.')).toBeTruthy();
		expect(within(row).getByText(/packs of the last good sync stay listed/)).toBeTruthy();
		expect(within(row).getByRole('link', { name: 'Acme' }).getAttribute('href')).toBe(`/settings/sources/${id}`);
	});

	test('a running sync shows how far it is and can be cancelled', async () => {
		source = { ...github, health: 'syncing', progress: { done: 3, total: 12, line: 'Reading pack-files' } };
		answers[`POST /api/sources/${id}/cancel`] = () => json({ cancelled: false }, 202);
		show(<SourceList />);
		expect((await screen.findByRole('progressbar', { name: 'Reading pack-files' })).getAttribute('max')).toBe('12');
		expect(screen.getByText('3 of 12')).toBeTruthy();
		expect(screen.queryByRole('button', { name: /^Sync Acme/ })).toBeNull();
		await userEvent.click(screen.getByRole('button', { name: 'Cancel the sync of Acme' }));
		expect(await screen.findByText('No sync was running any more.')).toBeTruthy();
		expect(calls.map(({ url }) => url)).toEqual([`/api/sources/${id}/cancel`]);
	});

	test('a role that may only look reads everything, is told once why not, and its presses send nothing', async () => {
		permissions = ['sources:read'];
		role = 'member';
		show(<SourceList />);
		const reason = await screen.findByText(/Your role \(member\) may look at sources, but not sync or change them/);
		for (const name of ['Sync Acme now', 'Add source']) {
			const button = screen.getByRole('button', { name });
			expect(button.getAttribute('aria-disabled')).toBe('true');
			expect(button.getAttribute('aria-describedby')).toBe(reason.id);
			await userEvent.click(button);
		}
		expect(calls).toEqual([]);
		expect(screen.getByText('12 packs')).toBeTruthy();
	});

	test('no source is said with a way on, and a failure to load is never shown as an empty list', async () => {
		answers['GET /api/sources'] = () => json({ sources: [] });
		show(<SourceList />);
		expect(await screen.findByText('No source yet')).toBeTruthy();
		expect(screen.getByRole('link', { name: 'Add source' }).getAttribute('href')).toBe('/settings/sources/new');
		cleanup();
		answers['GET /api/sources'] = () => refused(403, 'You may not.');
		show(<SourceList />);
		expect(await screen.findByText('The sources could not be loaded.')).toBeTruthy();
		expect(screen.queryByText('No source yet')).toBeNull();
	});
});

describe('a source', () => {
	test('the doctor shows every step with its result in words, the raw code and what to do next', async () => {
		answers[`GET /api/sources/${id}/doctor`] = () => json(report);
		show(<SourcePage id={id} />);
		const doctor = await screen.findByRole('region', { name: 'Doctor' });
		await userEvent.click(within(doctor).getByRole('button', { name: 'Run doctor' }));
		expect(await within(doctor).findByText(/^1 check failed. Begin with “List of packs”/)).toBeTruthy();
		const steps = within(doctor).getAllByRole('listitem');
		expect(steps.map((step) => step.querySelector('div > p + p')?.textContent)).toEqual([
			'OK',
			'Failed',
			'Warning',
			'Skipped',
		]);
		expect(steps[1]?.textContent).toContain('403');
		expect(steps[1]?.textContent).toContain('Next: Give it the scope read:packages.');
	});

	test('a managed one says where it comes from and can be neither edited, switched off nor deleted', async () => {
		source = { ...github, readOnlyReason: 'It is set by PACKYARD_SOURCES.' };
		show(<SourcePage id={id} />);
		const reason = await screen.findByText('It is set by PACKYARD_SOURCES.');
		for (const name of ['Edit', 'Switch off…', 'Delete…']) {
			const button = screen.getByRole('button', { name });
			expect(button.getAttribute('aria-describedby')).toBe(reason.id);
			await userEvent.click(button);
		}
		expect(screen.queryByRole('dialog')).toBeNull();
		await userEvent.click(screen.getByRole('button', { name: 'Sync Acme now' }));
		expect(calls.map(({ url }) => url)).toEqual([`/api/sources/${id}/sync`]);
	});

	test('it is deleted only after its name was typed', async () => {
		answers[`DELETE /api/sources/${id}`] = () => json({ deleted: true });
		show(<SourcePage id={id} />);
		await userEvent.click(await screen.findByRole('button', { name: 'Delete…' }));
		const dialog = screen.getByRole('dialog');
		await userEvent.type(within(dialog).getByRole('textbox'), 'acme{Enter}');
		expect(within(dialog).getByText('This is not the name of the source.')).toBeTruthy();
		expect(calls).toEqual([]);
		await userEvent.clear(within(dialog).getByRole('textbox'));
		await userEvent.type(within(dialog).getByRole('textbox'), 'Acme{Enter}');
		await waitFor(() => expect(pushed).toEqual(['/settings']));
		expect(calls.map(({ method }) => method)).toEqual(['DELETE']);
	});

	test('while installs come from it, the reason stands where the deletion would be asked', async () => {
		source = { ...github, installs: 2, notDeletableReason: '2 installs come from this source. Remove them first.' };
		show(<SourcePage id={id} />);
		const reason = await screen.findByText('2 installs come from this source. Remove them first.');
		const button = screen.getByRole('button', { name: 'Delete…' });
		expect(button.getAttribute('aria-describedby')).toBe(reason.id);
		await userEvent.click(button);
		expect(screen.queryByRole('dialog')).toBeNull();
	});

	test('switching off asks once and sends nothing but that', async () => {
		show(<SourcePage id={id} />);
		await userEvent.click(await screen.findByRole('button', { name: 'Switch off…' }));
		expect(calls).toEqual([]);
		await userEvent.click(screen.getByRole('button', { name: 'Switch off' }));
		await waitFor(() =>
			expect(calls).toEqual([{ method: 'PATCH', url: `/api/sources/${id}`, body: { enabled: false } }]),
		);
	});

	test('a credential whose key is gone is asked for again, where it can be entered', async () => {
		source = {
			...github,
			credential: 'needs-re-entry',
			health: 'failing',
			problem: 'The stored credential cannot be decrypted any more.',
			hint: 'Enter it again.',
		};
		show(<SourcePage id={id} />);
		expect(await screen.findByText('The stored credential cannot be decrypted any more.')).toBeTruthy();
		expect(screen.getByRole('link', { name: 'Enter it now' }).getAttribute('href')).toBe(
			`/settings/sources/${id}/edit`,
		);
		cleanup();
		show(<EditSourcePage id={id} />);
		expect(await screen.findByText('The stored one can no longer be read. Enter it again.')).toBeTruthy();
		expect(screen.getByLabelText('Token')).toBeTruthy();
	});
});

describe('adding', () => {
	test('an organisation and a token are enough', async () => {
		show(<AddSourcePage />);
		await userEvent.type(screen.getByLabelText('Organisation'), 'acme');
		await userEvent.type(screen.getByLabelText('Token'), 'ghp_secret');
		await userEvent.click(screen.getByRole('button', { name: 'Add source' }));
		await waitFor(() => expect(pushed).toEqual([`/settings/sources/${id}`]));
		expect(calls).toHaveLength(1);
		expect(calls[0]).toMatchObject({
			method: 'POST',
			url: '/api/sources',
			body: { name: 'acme', credential: 'ghp_secret', config: { kind: 'github', org: 'acme', packs: [], index: null } },
		});
	});

	test('a refused form names each field, and the focus goes to the first of them', async () => {
		show(<AddSourcePage />);
		await userEvent.click(screen.getByRole('button', { name: 'Add source' }));
		const organisation = screen.getByLabelText('Organisation');
		await waitFor(() => expect(document.activeElement).toBe(organisation));
		const described = organisation.getAttribute('aria-describedby')?.split(' ') ?? [];
		expect(described.map((each) => document.getElementById(each)?.textContent)).toContain('Must not be empty.');
		expect(screen.getByText(/GitHub lists packages for nobody without a token/)).toBeTruthy();
		expect(calls).toEqual([]);
	});

	test('what was refused is right again as soon as another answer makes it so', async () => {
		show(<AddSourcePage />);
		await userEvent.click(screen.getByRole('button', { name: 'Add source' }));
		expect(await screen.findByText(/GitHub lists packages for nobody/)).toBeTruthy();
		await userEvent.click(screen.getByLabelText(/^By name/));
		await waitFor(() => expect(screen.queryByText(/GitHub lists packages for nobody/)).toBeNull());
		expect(screen.getByLabelText('Packs').getAttribute('aria-invalid')).toBe('true');
		await userEvent.click(screen.getByLabelText(/^OCI registry/));
		await waitFor(() => expect(screen.getByLabelText('Registry').getAttribute('aria-invalid')).toBe('true'));
		expect(screen.getByLabelText('Password or token').getAttribute('aria-invalid')).toBeNull();
	});

	test('a mistake in the folded part unfolds it', async () => {
		show(<AddSourcePage />);
		await userEvent.type(screen.getByLabelText('Organisation'), 'acme');
		await userEvent.type(screen.getByLabelText('Token'), 'ghp_secret');
		const proxy = screen.getByLabelText('Proxy');
		const fold = proxy.closest('details');
		expect(fold?.open).toBe(false);
		await userEvent.type(proxy, 'proxy');
		await userEvent.click(screen.getByRole('button', { name: 'Add source' }));
		await waitFor(() => expect(fold?.open).toBe(true));
		expect(document.activeElement).toBe(proxy);
	});

	test('what the server refuses stands at its field', async () => {
		answers['POST /api/sources'] = () =>
			refused(400, 'The request is not valid.', [{ name: 'config.org', reason: 'does not exist' }]);
		show(<AddSourcePage />);
		await userEvent.type(screen.getByLabelText('Organisation'), 'acme');
		await userEvent.type(screen.getByLabelText('Token'), 'ghp_secret');
		await userEvent.click(screen.getByRole('button', { name: 'Add source' }));
		expect(await screen.findByText('Does not exist.')).toBeTruthy();
		expect(screen.getByText('The source was not saved.')).toBeTruthy();
		expect(pushed).toEqual([]);
	});

	test('a test saves nothing, shows the check list, and grows old with the next change', async () => {
		answers['POST /api/sources/test'] = () => json(report);
		show(<AddSourcePage />);
		await userEvent.click(screen.getByLabelText(/^OCI registry/));
		await userEvent.type(screen.getByLabelText('Registry'), 'r.example');
		await userEvent.type(screen.getByLabelText('Repositories'), 'acme/charts/pack-files');
		await userEvent.click(screen.getByRole('button', { name: 'Test' }));
		expect(await screen.findByText(/^1 check failed/)).toBeTruthy();
		expect(calls.map(({ url }) => url)).toEqual(['/api/sources/test']);
		expect(calls[0]?.body).toMatchObject({ config: { kind: 'oci', registry: { host: 'r.example' } } });
		expect(screen.queryByText('The form has changed since this test.')).toBeNull();
		await userEvent.type(screen.getByLabelText('Registry'), '.org');
		expect(screen.getByText('The form has changed since this test.')).toBeTruthy();
	});
});

describe('editing', () => {
	test('a stored credential has no input, and saving what nobody touched does not mention it', async () => {
		show(<EditSourcePage id={id} />);
		expect(await screen.findByText(/Kept as it is; it is never shown again/)).toBeTruthy();
		expect(screen.queryByLabelText('Token')).toBeNull();
		await userEvent.click(screen.getByRole('button', { name: 'Save changes' }));
		await waitFor(() => expect(pushed).toEqual([`/settings/sources/${id}`]));
		expect(calls).toEqual([
			{
				method: 'PATCH',
				url: `/api/sources/${id}`,
				body: { name: 'Acme', config: expect.objectContaining({ org: 'acme' }) },
			},
		]);
	});

	test('replacing moves the focus into the input, and keeping drops what was typed', async () => {
		show(<EditSourcePage id={id} />);
		await userEvent.click(await screen.findByRole('button', { name: 'Replace the token' }));
		await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText('Token')));
		await userEvent.keyboard('ghp_new');
		await userEvent.click(screen.getByRole('button', { name: 'Keep stored' }));
		await userEvent.click(screen.getByRole('button', { name: 'Save changes' }));
		await waitFor(() => expect(calls).toHaveLength(1));
		expect(JSON.stringify(calls)).not.toContain('ghp_new');
	});

	test('removing is sent as null, and can be taken back before', async () => {
		show(<EditSourcePage id={id} />);
		await userEvent.click(await screen.findByRole('button', { name: 'Remove the token' }));
		await userEvent.click(screen.getByRole('button', { name: 'Keep it' }));
		await userEvent.click(screen.getByRole('button', { name: 'Remove the token' }));
		await userEvent.click(screen.getByRole('button', { name: 'Save changes' }));
		await waitFor(() => expect(calls[0]?.body).toMatchObject({ credential: null }));
	});

	test('another address asks for the credential again, and the address as it was does not', async () => {
		show(<EditSourcePage id={id} />);
		const registry = await screen.findByLabelText('Registry of the charts');
		await userEvent.clear(registry);
		await userEvent.type(registry, 'ghcr.acme.example');
		expect(screen.getByText(/never sent another way than before: enter it again/)).toBeTruthy();
		await userEvent.click(screen.getByRole('button', { name: 'Save changes' }));
		expect(await screen.findByText(/^Enter the credential again, or remove it/)).toBeTruthy();
		expect(calls).toEqual([]);
		await userEvent.clear(registry);
		await userEvent.type(registry, 'ghcr.io');
		expect(screen.getByText(/Kept as it is/)).toBeTruthy();
	});
});

function show(children: ReactNode) {
	const nothing = () => {};
	const router = {
		back: nothing,
		forward: nothing,
		refresh: nothing,
		replace: nothing,
		prefetch: nothing,
		push: (href: string) => void pushed.push(href),
		experimental_gesturePush: nothing,
		bfcacheId: '',
	};
	render(
		<AppRouterContext.Provider value={router}>
			<QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
				{children}
			</QueryClientProvider>
		</AppRouterContext.Provider>,
	);
}

function json(body: unknown, status = 200): Response {
	return new Response(JSON.stringify(body), { status });
}

function refused(status: number, detail: string, invalidParams: { name: string; reason: string }[] = []): Response {
	const rest = {
		type: 'about:blank',
		title: 'x',
		code: 'invalid_request',
		instance: '/x',
		requestId: 'r-1',
		details: {},
	};
	return json({ ...rest, status, detail, invalidParams }, status);
}

describe('a file', () => {
	const bundle = () => new File(['tar'], 'packs-2026-11.tar', { type: 'application/x-tar' });

	test('is sent under the name of its file, and its source is shown', async () => {
		answers['POST /api/bundles?name=packs-2026-11'] = () => json(source, 201);
		show(<ImportBundlePage />);
		await userEvent.upload(screen.getByLabelText('File'), bundle());
		await userEvent.click(screen.getByRole('button', { name: 'Import' }));

		await waitFor(() => expect(pushed).toEqual([`/settings/sources/${id}`]));
		expect(calls.map(({ method, url }) => `${method} ${url}`)).toEqual(['POST /api/bundles?name=packs-2026-11']);
	});

	test('has to be chosen, and a refused one says why and what to do', async () => {
		answers['POST /api/bundles?name=Ship'] = () =>
			json(
				{
					type: 'about:blank',
					title: 'invalid_request',
					status: 400,
					code: 'invalid_request',
					detail: 'The file cannot be imported. It is damaged, or no tar at all.',
					hint: 'Use a file made by packyard bundle export.',
					instance: '/api/bundles',
					requestId: 'r1',
					invalidParams: [],
					details: {},
				},
				400,
			);
		show(<ImportBundlePage />);
		await userEvent.click(screen.getByRole('button', { name: 'Import' }));
		expect(await screen.findByText('Choose a file.')).toBeTruthy();
		expect(calls).toEqual([]);

		await userEvent.upload(screen.getByLabelText('File'), bundle());
		await userEvent.type(screen.getByLabelText('Name of this source'), 'Ship');
		await userEvent.click(screen.getByRole('button', { name: 'Import' }));
		expect(await screen.findByText(/It is damaged, or no tar at all/)).toBeTruthy();
		expect(screen.getByText('Use a file made by packyard bundle export.')).toBeTruthy();
	});
});
