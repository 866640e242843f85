import { cleanup, render, screen, within } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import type { Plan } from '@/lib/contracts/plans';
import type { JudgedPower } from '@/lib/contracts/policy';
import { Stage } from '@/test/support/stage';
import { PlanPowers } from './plan-powers';

afterEach(cleanup);

const packId = '00000000-0000-4000-8000-000000000007';
const exception = {
	id: packId,
	reason: 'It measures nodes.',
	by: { id: 'u1', name: 'Ana' },
	at: '2026-11-20T10:00:00Z',
};

function power(standing: JudgedPower['standing'], rest: Partial<JudgedPower> = {}): JudgedPower {
	return {
		code: 'rbac',
		subject: `Role ${standing}`,
		sentence: `A ${standing} power.`,
		extent: '',
		level: 'warning',
		verdict: 'confirm',
		standing,
		exception: null,
		...rest,
	};
}

test('what is refused stands first with the way to an exception, what is as before is folded', () => {
	const href = `/settings/policy?pack=${packId}&power=privileged#allow`;
	show({
		powers: [
			power('before'),
			power('new'),
			power('confirm'),
			power('refused', { code: 'privileged', verdict: 'refuse' }),
		],
		blocked: [{ reason: 'x', remedy: 'Allow it for this pack', href }],
	});

	expect(screen.getAllByRole('heading', { level: 3 }).map(({ textContent }) => textContent)).toEqual([
		'Refused by your policy',
		'Needs your word',
		'New',
	]);
	const refused = screen.getByRole('region', { name: 'Refused by your policy' });
	expect(within(refused).getByRole('link', { name: 'Allow it for this pack' }).getAttribute('href')).toBe(href);
	expect(screen.getByText('As before (1)').closest('details')?.open).toBe(false);
});

test('each says what a reader would ask: by whose exception, and that today it would be refused', () => {
	show({
		powers: [
			power('confirm', { verdict: 'refuse', exception }),
			power('before', { verdict: 'refuse' }),
			power('new', { verdict: 'allow' }),
		],
	});

	expect(screen.getByText('Refused by your policy, allowed for this pack by Ana: It measures nodes.')).toBeTruthy();
	expect(screen.getByText(/Your policy would refuse this today\. It runs already/)).toBeTruthy();
	expect(within(screen.getByRole('region', { name: 'New' })).queryByText(/policy/)).toBeNull();
});

test('where only what was there before is left, it is shown', () => {
	show({ powers: [power('before')] });
	expect(screen.getByRole('region', { name: 'As before' })).toBeTruthy();
});

test('not knowing is not the same as none', () => {
	show({ powers: [], previewProblem: { message: 'Away.', hint: null } });
	expect(screen.getByText('Not known: the cluster could not be asked.')).toBeTruthy();
});

function show(plan: Pick<Plan, 'powers'> & Partial<Pick<Plan, 'blocked' | 'previewProblem'>>) {
	render(
		<Stage>
			<PlanPowers plan={{ blocked: [], previewProblem: null, packId, kind: 'upgrade', ...plan }} />
		</Stage>,
	);
}
