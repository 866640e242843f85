// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen, within } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { matrixCell as cell } from '@/test/support/views';
import type { PackGrid } from './upgrade-grid';
import { UpgradeTable } from './upgrade-table';

afterEach(cleanup);

const grid: PackGrid = {
	packId: 'p',
	packName: 'Billing',
	slug: 'billing',
	versions: ['1.2.0', '1.1.0'],
	rows: [
		{
			installId: 'one',
			name: 'khal/billing',
			version: '1.0.0',
			cells: [
				cell('1.2.0', { state: 'blocked', blockedBy: ['Version 1.1.0 must be installed first.'] }),
				cell('1.1.0'),
			],
		},
		{
			installId: 'two',
			name: 'khal/other',
			version: '1.1.0',
			cells: [cell('1.2.0', { state: 'answers', answers: 2, badge: { tone: 'breaking', text: 'breaking: 2' } }), null],
		},
	],
	upToDate: 1,
	reasons: [{ version: '1.2.0', sentence: 'Version 1.1.0 must be installed first.' }],
};

test('every cell says in words whether the install can go there, and leads to that upgrade', () => {
	render(<UpgradeTable grid={grid} />);
	const [, first, second] = screen.getAllByRole('row');
	if (first === undefined || second === undefined) throw new Error('rows are missing');

	expect(within(first).getByRole('link', { name: 'khal/billing to 1.1.0: Safe' }).getAttribute('href')).toBe(
		'/installs/one/upgrade?version=1.1.0',
	);
	expect(within(first).getByRole('link', { name: 'khal/billing to 1.2.0: Blocked' }).title).toContain('1.1.0 must be');
	expect(within(second).getByRole('link', { name: 'khal/other to 1.2.0: 2 decisions' })).toBeTruthy();
	expect(within(second).getByText('breaking: 2')).toBeTruthy();
	expect(within(second).getByText('not newer')).toBeTruthy();
	expect(within(screen.getByRole('list')).getByText('Version 1.1.0 must be installed first.')).toBeTruthy();
	expect(screen.getByText('1 install runs the newest version and is not listed')).toBeTruthy();
});

test('a long history shows its newest end until all of it is asked for', () => {
	const versions = Array.from({ length: 20 }, (_, index) => `1.${20 - index}.0`);
	const row = { installId: 'one', name: 'khal/billing', version: '1.0.0', cells: versions.map((one) => cell(one)) };
	render(<UpgradeTable grid={{ ...grid, versions, rows: [row], reasons: [] }} />);

	expect(screen.getAllByRole('columnheader')).toHaveLength(7);
	fireEvent.click(screen.getByRole('button', { name: 'Show all 20 newer versions' }));
	expect(screen.getAllByRole('columnheader')).toHaveLength(21);
	expect(screen.queryByRole('button')).toBeNull();
});
