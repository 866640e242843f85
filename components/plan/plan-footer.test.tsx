import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test, vi } from 'vitest';
import type { Plan } from '@/lib/contracts/plans';
import { PlanAcknowledgements } from './plan-acknowledgements';
import { PlanFooter } from './plan-footer';
import { useAcknowledgements } from './use-acknowledgements';

afterEach(cleanup);

const plan: Footer = {
	kind: 'upgrade',
	hash: `sha256:${'a'.repeat(64)}`,
	action: 'Upgrade 1.2.0 → 1.3.0',
	blocked: [],
	acknowledgements: [
		{ id: 'removed:OLD', sentence: 'OLD is removed.', typed: null },
		{ id: 'exposed:API_KEY', sentence: 'API_KEY becomes readable.', typed: 'API_KEY' },
	],
};

test('the button starts nothing until every point is ticked or typed, and then names them', async () => {
	const onGo = show(plan);
	const go = screen.getByRole('button', { name: /^Upgrade/ });
	await userEvent.click(go);
	await userEvent.click(screen.getByLabelText('OLD is removed.'));
	await userEvent.type(screen.getByLabelText('API_KEY becomes readable.'), 'api_key');
	await userEvent.click(go);
	expect(onGo).not.toHaveBeenCalled();
	expect(go.textContent).toContain('1 of 2 acknowledged');
	await userEvent.clear(screen.getByLabelText('API_KEY becomes readable.'));
	await userEvent.type(screen.getByLabelText('API_KEY becomes readable.'), 'API_KEY');
	await userEvent.click(go);
	expect(onGo).toHaveBeenCalledExactlyOnceWith(['removed:OLD', 'exposed:API_KEY=API_KEY']);
});

test('another plan starts with nothing acknowledged', async () => {
	const { rerender } = render(<Footing plan={plan} onGo={() => {}} />);
	await userEvent.click(screen.getByLabelText('OLD is removed.'));
	rerender(<Footing plan={{ ...plan, hash: `sha256:${'b'.repeat(64)}` }} onGo={() => {}} />);
	expect(screen.getByRole('button', { name: /0 of 2 acknowledged/ })).toBeTruthy();
});

test('a blocked plan says why next to the button and links to the remedy', async () => {
	const blocked = [{ reason: 'Another operation is running here.', remedy: 'Watch it', href: '/operations/1' }];
	const onGo = show({ ...plan, acknowledgements: [], blocked });
	await userEvent.click(screen.getByRole('button', { name: /^Upgrade/ }));
	expect(onGo).not.toHaveBeenCalled();
	expect(screen.getByRole('link', { name: 'Watch it' }).getAttribute('href')).toBe('/operations/1');
});

type Footer = Pick<Plan, 'kind' | 'hash' | 'action' | 'blocked' | 'acknowledgements'>;

function Footing({ plan: shown, onGo }: { plan: Footer; onGo: (acknowledged: string[]) => void }) {
	const acknowledged = useAcknowledgements(shown);
	return (
		<>
			<PlanAcknowledgements plan={shown} acknowledged={acknowledged} />
			<PlanFooter plan={shown} acknowledged={acknowledged} busy={null} onGo={() => onGo(acknowledged.done)} />
		</>
	);
}

function show(shown: Footer) {
	const onGo = vi.fn();
	// jsdom does not scroll.
	Element.prototype.scrollIntoView = () => {};
	render(<Footing plan={shown} onGo={onGo} />);
	return onGo;
}
