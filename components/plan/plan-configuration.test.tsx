import { cleanup, render, screen, within } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import type { Plan } from '@/lib/contracts/plans';
import { PlanConfiguration } from './plan-configuration';

afterEach(cleanup);

type Row = Plan['configuration'][number];
const row = (key: string, over: Partial<Row>): Row => ({
	key,
	secret: false,
	state: 'unchanged',
	value: 'x',
	origin: 'answer',
	...over,
});

test('a secret is a state in words: kept, still to be given, or about to go; never a value', () => {
	const configuration = [
		row('KEPT', { secret: true, state: 'changed', value: null }),
		row('WANTED', { secret: true, state: 'missing', value: null }),
		row('LEAVING', { secret: true, state: 'removed', value: null }),
		row('SAME', {}),
		row('ALSO', {}),
	];
	render(<PlanConfiguration plan={{ kind: 'upgrade', configuration }} />);
	const said = (key: string) => within(screen.getByText(key).closest('tr') ?? document.body);

	expect(said('KEPT').getByText('secret, stored and not shown')).toBeTruthy();
	expect(said('WANTED').getByText('secret, not set yet')).toBeTruthy();
	expect(said('LEAVING').getByText('secret, will be unset')).toBeTruthy();
	expect(screen.getByText('2 values stay as they are')).toBeTruthy();
});
