// @vitest-environment jsdom
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { InstallDetail } from '@/lib/contracts/installs';
import type { VersionDetail } from '@/lib/contracts/packs';
import type { Plan } from '@/lib/contracts/plans';
import { isRecord, textAt } from '@/lib/core';
import type { EnvVar } from '@/lib/manifest';
import { Stage } from '@/test/support/stage';
import { ANA, ID, installDetail, installSummary, revision } from '@/test/support/views';
import type { ChangeTarget } from './change-draft';
import { ChangeForm } from './change-form';

const hash = (letter: string) => `sha256:${letter.repeat(64)}`;

function variable(key: string, type: EnvVar['type']): EnvVar {
	return {
		key,
		description: `About ${key}`,
		required: true,
		default: null,
		type,
		storage: type === 'secret' ? 'vault' : 'config',
		declaredBy: 'env',
	};
}

const rename: Plan['changes'][number] = {
	change: {
		kind: 'suspected-rename',
		id: 'suspected-rename:TOKEN',
		verdict: 'breaking',
		gate: 'confirm-rename',
		fromVersion: '1.2.0',
		toVersion: '1.3.0',
		key: 'TOKEN',
		secret: true,
		to: 'API_TOKEN',
		required: true,
		score: 0.9,
	},
	sentence: 'TOKEN is gone and API_TOKEN is new: perhaps a rename.',
};

const plan: Plan = {
	kind: 'upgrade',
	hash: hash('a'),
	action: 'Upgrade 1.2.0 → 1.3.0',
	packId: ID,
	packName: 'Billing',
	namespace: 'khal-acme',
	release: 'billing',
	fromVersion: '1.2.0',
	toVersion: '1.3.0',
	chart: null,
	frontends: [],
	badge: { tone: 'breaking', text: 'breaking: 1' },
	changes: [],
	questions: ['API_TOKEN'],
	carried: 17,
	invalidParams: [{ name: 'API_TOKEN', reason: 'API_TOKEN is required.' }],
	configuration: [],
	notes: [],
	preview: null,
	previewProblem: null,
	removal: null,
	powers: [],
	warnings: [],
	wayBack: 'You can return to 1.2.0.',
	acknowledgements: [],
	blocked: [{ reason: '1 value is missing: API_TOKEN.', remedy: 'Fill in now', href: '#configuration' }],
};

const version: VersionDetail = {
	packId: ID,
	packName: 'Billing',
	slug: 'billing',
	summary: {
		version: '1.3.0',
		prerelease: false,
		publishedAt: null,
		installable: true,
		reasons: [],
		hasChart: true,
		hasFrontend: false,
		badge: plan.badge,
		vanished: false,
		tagMoved: false,
		deprecations: [],
	},
	manifest: {
		id: 'billing',
		name: 'Billing',
		version: '1.3.0',
		kind: 'app',
		description: '',
		author: '',
		icon: null,
		license: null,
		repository: null,
		permissions: [],
		permissionsDeclared: true,
		shape: 'backend',
		frontends: [],
		backend: null,
		services: [],
		sandbox: null,
		requires: null,
		scopes: { default: null, allowed: [] },
		minUpgradeFrom: null,
		contract: [variable('API_TOKEN', 'secret'), variable('PORT', 'number')],
	},
	warnings: [],
	blockers: [],
	manifestOrigin: 'chart-file',
	manifestDigest: null,
	disagreements: [],
	chart: null,
	frontends: [],
	notes: null,
	permissions: [],
	lint: [],
	powers: [],
	instanceKeys: [],
};

const detail = installDetail({
	install: installSummary({ updateAvailable: '1.3.0' }),
	revision: null,
	configuration: [
		{ kind: 'plain', key: 'PORT', description: '', value: '8080', hidden: false, origin: 'answer' },
		{ kind: 'secret', key: 'TOKEN', description: '', state: 'set', setBy: ANA, setAt: null },
	],
});
const running = revision({ version: '1.3.0' });

type Sent = { url: string; body: Record<string, unknown> };
let sent: Sent[] = [];
let answerPlan: (body: Record<string, unknown>) => Plan = () => plan;
let answerOrder: () => Response = () => new Response('{}', { status: 500 });
const pushed: string[] = [];

beforeEach(() => {
	sent = [];
	pushed.length = 0;
	vi.stubGlobal('fetch', async (url: string, init?: RequestInit) => {
		if (url === '/api/me') {
			return new Response(
				JSON.stringify({
					id: 'u1',
					name: 'Ana',
					email: 'a@b.example',
					role: 'platform-admin',
					permissions: ['installs:write'],
					sandbox: 'everything',
				}),
			);
		}
		const body: unknown = JSON.parse(String(init?.body));
		if (!isRecord(body)) throw new Error('no body');
		sent.push({ url, body });
		return url === '/api/plans' ? new Response(JSON.stringify(answerPlan(body))) : answerOrder();
	});
});

afterEach(() => {
	cleanup();
	vi.unstubAllGlobals();
});

function show(change: Partial<Pick<ChangeTarget, 'kind' | 'adopt'>> & { detail?: InstallDetail } = {}) {
	const { detail: known = detail, ...rest } = change;
	const target: ChangeTarget = { kind: 'upgrade', installId: ID, version: '1.3.0', ...rest };
	render(
		<Stage onPush={(href) => void pushed.push(href)}>
			<ChangeForm detail={known} version={version} target={target} />
		</Stage>,
	);
}

const plans = () => sent.filter(({ url }) => url === '/api/plans').map(({ body }) => body);
const orders = () => sent.filter(({ url }) => url !== '/api/plans');
const problem = (code: string, status: number, details: Record<string, unknown>) =>
	new Response(
		JSON.stringify({
			type: 'about:blank',
			title: code,
			status,
			detail: 'The plan you approved no longer holds. The manifest changed.',
			code,
			hint: 'Look at the new plan and approve that one.',
			instance: '/x',
			requestId: 'r-1',
			invalidParams: [],
			details,
		}),
		{ status },
	);

test('only the new key is asked, its value reaches the order and never a plan', async () => {
	answerPlan = (body) =>
		Array.isArray(body.secretKeys) && body.secretKeys.length > 0
			? { ...plan, hash: hash('b'), blocked: [], invalidParams: [] }
			: plan;
	answerOrder = () => problem('conflict', 409, { operationId: ID });
	show();
	expect(await screen.findByText('1 value is missing: API_TOKEN.')).toBeTruthy();
	expect(screen.getByText('17 answers are carried over unchanged.')).toBeTruthy();
	expect(screen.queryByLabelText('PORT')).toBeNull();

	await userEvent.click(screen.getByRole('button', { name: /Upgrade 1\.2\.0/ }));
	expect(orders()).toEqual([]);

	await userEvent.type(screen.getByLabelText('API_TOKEN'), 'planted-value');
	await userEvent.click(screen.getByRole('button', { name: 'Compute the new plan' }));
	await screen.findByText('Nothing stands in the way.');
	expect(plans().at(-1)).toMatchObject({ secretKeys: ['API_TOKEN'], plain: {} });
	expect(JSON.stringify(plans())).not.toContain('planted-value');

	await userEvent.click(screen.getByRole('button', { name: /Upgrade 1\.2\.0/ }));
	await screen.findByText('Not started. Nothing was changed.');
	expect(orders()[0]?.body).toMatchObject({
		planHash: hash('b'),
		answers: { plain: {}, secrets: { API_TOKEN: 'planted-value' } },
	});
	expect(screen.getByRole('link', { name: 'Watch it' }).getAttribute('href')).toBe(`/operations/${ID}`);
});

test('a suspected rename is decided before anything else, and can be decided otherwise', async () => {
	answerPlan = (body) => {
		const decided = isRecord(body.renames) && Object.keys(body.renames).length > 0;
		return decided
			? { ...plan, hash: hash('c'), questions: ['PORT'], invalidParams: [], blocked: [] }
			: { ...plan, questions: ['API_TOKEN', 'PORT'], changes: [rename] };
	};
	show();
	await userEvent.click(await screen.findByLabelText(/Yes, TOKEN is API_TOKEN now/));
	await screen.findByText('Nothing stands in the way.');
	expect(plans().at(-1)).toMatchObject({ renames: { TOKEN: 'API_TOKEN' }, separate: [] });
	expect(screen.queryByLabelText('API_TOKEN')).toBeNull();

	// The key that is asked no more must not stand in the way of the ones that are.
	await userEvent.clear(screen.getByLabelText('PORT'));
	await userEvent.type(screen.getByLabelText('PORT'), '9090');
	await userEvent.click(screen.getByRole('button', { name: 'Compute the new plan' }));
	await vi.waitFor(() => expect(plans().at(-1)).toMatchObject({ plain: { PORT: '9090' } }));

	await userEvent.click(screen.getByLabelText(/No, these are two different things/));
	await screen.findByText('1 value is missing: API_TOKEN.');
	expect(plans().at(-1)).toMatchObject({ renames: {}, separate: ['TOKEN'] });
});

test('what was published for a secret until now can be kept, as a secret and without showing it', async () => {
	if (version.manifest === null) throw new Error('the fixture has no manifest');
	const published = { ...variable('TOKEN', 'secret'), default: 'published-planted' };
	const change = { kind: 'default-changed', id: 'default-changed:TOKEN', key: 'TOKEN', secret: true } as const;
	const offer = { verdict: 'warning', gate: 'offer-old-default', relies: true, from: null, to: null } as const;
	const ends = { fromVersion: '1.2.0', toVersion: '1.3.0' };
	const sentence = 'The published default of TOKEN changes, and this install uses it.';
	const changes = [{ change: { ...change, ...offer, ...ends }, sentence }];
	answerPlan = () => ({ ...plan, changes, questions: [], invalidParams: [], blocked: [] });
	answerOrder = () => problem('conflict', 409, { operationId: ID });
	show({ detail: { ...detail, manifest: { ...version.manifest, contract: [published] } } });
	await userEvent.click(await screen.findByLabelText(/Keep what was published for TOKEN until now/));
	await vi.waitFor(() => expect(plans().at(-1)).toMatchObject({ secretKeys: ['TOKEN'], plain: {} }));
	await screen.findByText('Nothing stands in the way.');
	expect(document.body.textContent).not.toContain('planted');
	await userEvent.click(screen.getByRole('button', { name: /Upgrade 1\.2\.0/ }));
	await vi.waitFor(() => expect(orders()).toHaveLength(1));
	expect(orders()[0]?.body).toMatchObject({ answers: { plain: {}, secrets: { TOKEN: 'published-planted' } } });
});

test('new answers for what runs are asked by its own contract, not by what the catalog has accepted since', async () => {
	if (version.manifest === null) throw new Error('the fixture has no manifest');
	const reviewed = { ...version.manifest, contract: [variable('PORT', 'number')] };
	const runs = { ...detail, revision: running, manifest: reviewed };
	answerPlan = () => ({ ...plan, questions: [], invalidParams: [], blocked: [] });
	show({ detail: runs, kind: 'configure' });
	await screen.findByLabelText('PORT');
	expect(screen.queryByLabelText('API_TOKEN')).toBeNull();
	cleanup();
	show({ detail: runs, adopt: true });
	await userEvent.click(await screen.findByRole('button', { name: 'Edit other values too' }));
	expect(await screen.findByLabelText('API_TOKEN')).toBeTruthy();
});

test('a plan that moved is said so, and the new one is fetched and needs a new approval', async () => {
	let moved = false;
	answerPlan = () => ({ ...plan, hash: hash(moved ? 'e' : 'd'), questions: [], invalidParams: [], blocked: [] });
	answerOrder = () => {
		moved = true;
		return problem('plan_moved', 409, { moved: ['The manifest changed.'] });
	};
	show();
	await screen.findByText('Nothing stands in the way.');
	await userEvent.click(screen.getByRole('button', { name: /Upgrade 1\.2\.0/ }));
	await screen.findByText('The plan moved. Nothing was changed.');
	expect(screen.getByText(/The manifest changed/)).toBeTruthy();
	await vi.waitFor(() => expect(plans()).toHaveLength(2));

	await vi.waitFor(() => expect(screen.getByRole('button', { name: /Upgrade 1\.2\.0/ })).toBeTruthy());
	await userEvent.click(screen.getByRole('button', { name: /Upgrade 1\.2\.0/ }));
	await vi.waitFor(() => expect(orders()).toHaveLength(2));
	expect(orders()[1]?.body.planHash).toBe(hash('e'));
	// The server refused the first one, so the second is a request of its own.
	expect(textAt(orders()[0]?.body, 'requestId')).not.toBe(textAt(orders()[1]?.body, 'requestId'));
});
