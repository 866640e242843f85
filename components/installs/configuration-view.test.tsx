// @vitest-environment jsdom
import { cleanup, render, screen, within } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { ConfigEntry } from '@/lib/contracts/installs';
import { ConfigurationView } from './configuration-view';

afterEach(cleanup);

const ana = { id: 'u1', name: 'Ana' };

function row(key: string): HTMLElement {
	const found = screen.getByText(key).closest('tr');
	if (!found) throw new Error(`no row for ${key}`);
	return found;
}

test('plain values are in clear, and secrets are told as states with who and when', () => {
	render(
		<ConfigurationView
			entries={[
				{ kind: 'plain', key: 'PORT', description: 'Where to listen', value: '8080', hidden: false, origin: 'default' },
				{ kind: 'plain', key: 'PREFIX', description: '', value: '', hidden: false, origin: 'answer' },
				{
					kind: 'secret',
					key: 'API_KEY',
					description: '',
					state: 'set',
					setBy: ana,
					setAt: '2026-04-03T10:00:00Z',
				},
				{ kind: 'secret', key: 'TOKEN', description: '', state: 'not-set', setBy: null, setAt: null },
				{ kind: 'secret', key: 'OLD', description: '', state: 'needs-re-entry', setBy: ana, setAt: null },
			]}
		/>,
	);
	expect(row('PORT').textContent).toContain('8080');
	expect(row('PORT').textContent).toContain('Default');
	expect(within(row('PREFIX')).getByText('empty')).toBeTruthy();
	expect(row('API_KEY').textContent).toContain('set by Ana, 3 Apr 2026');
	expect(within(row('TOKEN')).getByText('not set')).toBeTruthy();
	expect(within(row('OLD')).getByText('needs re-entry')).toBeTruthy();
});

test('a secret never shows a value, even when the server sends one by mistake, and nothing imitates one', () => {
	const planted = 'hunter2-planted';
	const entry = ConfigEntry.parse({
		kind: 'secret',
		key: 'API_KEY',
		description: '',
		state: 'set',
		setBy: ana,
		setAt: '2026-04-03T10:00:00Z',
		value: planted,
	});
	expect(JSON.stringify(entry)).not.toContain(planted);
	// The control twin: the same text as a plain value does show.
	const plain = ConfigEntry.parse({
		kind: 'plain',
		key: 'X',
		description: '',
		hidden: false,
		value: planted,
		origin: 'answer',
	});
	const { container } = render(<ConfigurationView entries={[entry, plain]} />);
	expect(row('X').textContent).toContain(planted);
	expect(row('API_KEY').innerHTML).not.toContain(planted);
	expect(container.textContent).not.toMatch(/[•●*]{2,}/);
	expect(container.querySelector('input')).toBeNull();
});
