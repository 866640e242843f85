// @vitest-environment jsdom
import { cleanup, render } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { InstallState } from '@/lib/contracts/installs';
import { StatusBadge } from './status-badge';

afterEach(cleanup);

test.each(InstallState.options)('the state %s is told by words and an icon, not by colour alone', (state) => {
	const { container } = render(<StatusBadge status={{ state, label: `Words for ${state}`, reason: null }} />);
	expect(container.textContent).toBe(`Words for ${state}`);
	expect(container.querySelectorAll('svg[aria-hidden="true"]')).toHaveLength(1);
});

test('an unknown install never looks like a running one', () => {
	const look = (state: InstallState) =>
		render(<StatusBadge status={{ state, label: 'x', reason: null }} />).container.innerHTML;
	expect(look('unknown')).not.toBe(look('running'));
	expect(look('unknown')).not.toContain('success');
});
