import { describe, expect, test } from 'vitest';
import { assertTransition, planSteps, type StoredState, transitions } from './machine';
import { installStatus, type StatusFacts } from './status';

const states: StoredState[] = ['queued', 'running', 'succeeded', 'failed', 'cancelled'];

describe('the operation machine', () => {
	test('a finished operation stays finished', () => {
		for (const end of ['succeeded', 'failed', 'cancelled'] as const) {
			for (const to of states) expect(() => assertTransition(end, to)).toThrow(/cannot become/);
		}
	});

	test('every open state can reach an end', () => {
		for (const from of ['queued', 'running'] as const) expect(transitions[from]).toContain('failed');
	});

	test('a pack without a chart never touches the cluster', () => {
		expect(planSteps('install', { chart: false, frontends: true })).toEqual(['fetch', 'verify', 'frontend', 'commit']);
	});

	test('a full-stack pack goes through every step in the order of the design', () => {
		expect(planSteps('upgrade', { chart: true, frontends: true })).toEqual([
			'fetch',
			'verify',
			'environment',
			'apply',
			'rollout',
			'frontend',
			'leak-scan',
			'commit',
		]);
	});
});

describe('the derived status', () => {
	const facts: StatusFacts = {
		activeVersion: '1.2.0',
		desiredVersion: '1.2.0',
		hasChart: true,
		removed: false,
		dataKept: false,
		lastOperation: null,
		observed: { healthy: true, exists: true, reason: null },
		observedAt: '2026-11-20T10:00:00Z',
		reachable: true,
	};
	const operation = {
		kind: 'upgrade',
		state: 'failed',
		toVersion: '1.3.0',
		leaseExpired: false,
		failure: 'Image gone.',
		returned: null,
	} as const;

	test.each<[string, Partial<StatusFacts>, string, string]>([
		['a healthy install runs', {}, 'running', 'Running'],
		[
			'a sick one is degraded',
			{ observed: { healthy: false, exists: true, reason: 'Crash.' } },
			'degraded',
			'Degraded',
		],
		[
			'a failed upgrade says what still runs',
			{ lastOperation: operation, desiredVersion: '1.3.0' },
			'upgrade-failed',
			'Upgrade failed (still running 1.2.0)',
		],
		[
			'a failed first install says that nothing runs',
			{ activeVersion: null, lastOperation: { ...operation, kind: 'install' } },
			'install-failed',
			'Install failed (nothing running)',
		],
		['an unreachable cluster is unknown, not empty', { reachable: false }, 'unknown', 'Unknown (cluster unreachable)'],
		[
			'a lost lease shows as interrupted',
			{ lastOperation: { ...operation, state: 'running', leaseExpired: true } },
			'interrupted',
			'Interrupted',
		],
		[
			'a running upgrade names both versions',
			{ lastOperation: { ...operation, state: 'running' } },
			'upgrading',
			'Upgrading to 1.3.0 (running 1.2.0)',
		],
		[
			'a failed rollback is not called an upgrade',
			{ lastOperation: { ...operation, kind: 'rollback', toVersion: '1.1.0' }, desiredVersion: '1.1.0' },
			'upgrade-failed',
			'Rollback failed (still running 1.2.0)',
		],
		[
			'a downgrade is labelled as one',
			{ lastOperation: { ...operation, kind: 'downgrade', state: 'running', toVersion: '1.1.0' } },
			'upgrading',
			'Downgrading to 1.1.0 (running 1.2.0)',
		],
		['kept data is said', { removed: true, dataKept: true }, 'removed-data-kept', 'Removed, data kept'],
		[
			'a frontend-only pack needs no cluster to run',
			{ hasChart: false, reachable: false, observed: null },
			'running',
			'Running',
		],
	])('%s', (_sentence, change, state, label) => {
		expect(installStatus({ ...facts, ...change })).toMatchObject({ state, label });
	});
});
