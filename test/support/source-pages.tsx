import { cleanup, render } from '@testing-library/react';
import type { ReactNode } from 'react';
import { afterEach, beforeEach, vi } from 'vitest';
import { SourceConfig } from '@/lib/contracts/source-config';
import type { DoctorReport, SourceDetail } from '@/lib/contracts/sources';
import { Stage } from './stage';

/** The portal as the pages about sources see it: one source, somebody who may do all, and every request written down. */

export const id = '00000000-0000-4000-8000-000000000001';
const at = '2026-04-03T10:00:00Z';

export const github: SourceDetail = {
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

export const report: DoctorReport = {
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

type World = {
	source: SourceDetail;
	role: string;
	permissions: string[];
	/** By method and address; what is not here is answered with the source. */
	answers: Record<string, () => Response>;
	/** Everything that changes something, and everything that has an answer of its own. */
	calls: Call[];
	/** Where the page went. */
	pushed: string[];
};

export const world: World = freshWorld();

function freshWorld(): World {
	return {
		source: github,
		role: 'platform-owner',
		permissions: ['sources:read', 'sources:sync', 'sources:write'],
		answers: {},
		calls: [],
		pushed: [],
	};
}

/** Call it once in a test file: every test begins with the same world. */
export function playSources(): void {
	beforeEach(() => {
		Object.assign(world, freshWorld());
		vi.stubGlobal('fetch', answer);
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
}

export function show(children: ReactNode): void {
	render(<Stage onPush={(href) => void world.pushed.push(href)}>{children}</Stage>);
}

export function json(body: unknown, status = 200): Response {
	return new Response(JSON.stringify(body), { status });
}

export function refused(
	status: number,
	detail: string,
	invalidParams: { name: string; reason: string }[] = [],
): Response {
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

async function answer(url: string, init: RequestInit = {}): Promise<Response> {
	const { source, role, permissions, answers, calls } = world;
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
}
