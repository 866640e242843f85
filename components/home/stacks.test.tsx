// @vitest-environment jsdom
import { cleanup, render, screen, within } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { ID, installSummary } from '@/test/support/views';
import { Decide, Quiet } from './stacks';

afterEach(cleanup);

const install = installSummary();
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
	expect(within(first).getByRole('link', { name: 'See what to do' }).getAttribute('href')).toBe(`/installs/${ID}`);
});

test('a version that is no longer published is a quiet mark on a quiet row', () => {
	const gone = { ...alarm, kind: 'vanished' as const, sentence: '1.2.0 is no longer published by its source.' };
	render(<Quiet installs={[{ ...install, alarms: [gone] }]} alone />);

	expect(screen.getByText('no longer published').closest('[title]')?.getAttribute('title')).toBe(gone.sentence);
});
