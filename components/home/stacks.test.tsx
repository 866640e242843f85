// @vitest-environment jsdom
import { cleanup, render, screen, within } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import type { InstallSummary } from '@/lib/contracts/installs';
import { Decide, Quiet } from './stacks';

afterEach(cleanup);

const id = '00000000-0000-4000-8000-000000000001';
const install: InstallSummary = {
	id,
	packId: id,
	packName: 'Billing',
	slug: 'billing',
	namespace: 'khal-acme',
	release: 'billing',
	targetName: 'local',
	status: {
		state: 'running',
		label: 'Running',
		desiredVersion: '1.2.0',
		runningVersion: '1.2.0',
		reason: null,
		observedAt: null,
	},
	version: '1.2.0',
	updateAvailable: null,
	alarms: [],
	dataKept: false,
	installedAt: '2026-04-03T10:00:00Z',
	changedAt: '2026-04-03T10:00:00Z',
	changedBy: { id: 'u1', name: 'Ana' },
	activeOperation: null,
};
const alarm = { id: 'x', version: '1.2.0', since: null, digests: null };

test('other bytes under a running version stand before every upgrade', () => {
	render(
		<Decide
			alarms={[{ install, alarm: { ...alarm, kind: 'tag-moved', sentence: 'The tag 1.2.0 points elsewhere.' } }]}
			items={[
				{ install, toVersion: '1.3.0', badge: { tone: 'breaking', text: 'breaking: 1' }, sentence: 'It asks more.' },
			]}
		/>,
	);
	const [first, second] = screen.getAllByRole('listitem');

	expect(screen.getByRole('heading', { name: 'Decide 2' })).toBeTruthy();
	expect(first?.textContent).toContain('The tag 1.2.0 points elsewhere.');
	expect(second?.textContent).toContain('It asks more.');
	if (first === undefined) throw new Error('no row');
	expect(within(first).getByRole('link', { name: 'See what to do' }).getAttribute('href')).toBe(`/installs/${id}`);
});

test('a version that is no longer published is a quiet mark on a quiet row', () => {
	const gone = { ...alarm, kind: 'vanished' as const, sentence: '1.2.0 is no longer published by its source.' };
	render(<Quiet installs={[{ ...install, alarms: [gone] }]} alone />);

	expect(screen.getByText('no longer published').closest('[title]')?.getAttribute('title')).toBe(gone.sentence);
});
