import { cleanup, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';
import { github, id, json, playSources, refused, report, show, world } from '@/test/support/source-pages';
import { EditSourcePage } from './edit-source-page';
import { SourceList } from './source-list';
import { SourcePage } from './source-page';

playSources();

describe('the list', () => {
	test('says how a failing source is, since when, why, what to do, and that its packs stay', async () => {
		world.source = { ...github, health: 'failing', problem: 'The token is refused.', hint: 'Make a new one.' };
		show(<SourceList />);
		const row = await screen.findByRole('article');
		expect(within(row).getByText('Failing')).toBeTruthy();
		expect(within(row).getByText('12 packs')).toBeTruthy();
		expect(within(row).getByText('The token is refused.')).toBeTruthy();
		expect(within(row).getByText('Make a new one.')).toBeTruthy();
		expect(within(row).getByText(/packs of the last good sync stay listed/)).toBeTruthy();
		expect(within(row).getByRole('link', { name: 'Acme' }).getAttribute('href')).toBe(`/settings/sources/${id}`);
	});

	test('a running sync shows how far it is and can be cancelled', async () => {
		world.source = { ...github, health: 'syncing', progress: { done: 3, total: 12, line: 'Reading pack-files' } };
		world.answers[`POST /api/sources/${id}/cancel`] = () => json({ cancelled: false }, 202);
		show(<SourceList />);
		expect((await screen.findByRole('progressbar', { name: 'Reading pack-files' })).getAttribute('max')).toBe('12');
		expect(screen.getByText('3 of 12')).toBeTruthy();
		expect(screen.queryByRole('button', { name: /^Sync Acme/ })).toBeNull();
		await userEvent.click(screen.getByRole('button', { name: 'Cancel the sync of Acme' }));
		expect(await screen.findByText('No sync was running any more.')).toBeTruthy();
		expect(world.calls.map(({ url }) => url)).toEqual([`/api/sources/${id}/cancel`]);
	});

	test('a role that may only look reads everything, is told once why not, and its presses send nothing', async () => {
		world.permissions = ['sources:read'];
		world.role = 'member';
		show(<SourceList />);
		const reason = await screen.findByText(/Your role \(member\) may look at sources, but not sync or change them/);
		for (const name of ['Sync Acme now', 'Add source']) {
			const button = screen.getByRole('button', { name });
			expect(button.getAttribute('aria-disabled')).toBe('true');
			expect(button.getAttribute('aria-describedby')).toBe(reason.id);
			await userEvent.click(button);
		}
		expect(world.calls).toEqual([]);
		expect(screen.getByText('12 packs')).toBeTruthy();
	});

	test('no source is said with a way on, and a failure to load is never shown as an empty list', async () => {
		world.answers['GET /api/sources'] = () => json({ sources: [] });
		show(<SourceList />);
		expect(await screen.findByText('No source yet')).toBeTruthy();
		expect(screen.getByRole('link', { name: 'Add source' }).getAttribute('href')).toBe('/settings/sources/new');
		cleanup();
		world.answers['GET /api/sources'] = () => refused(403, 'You may not.');
		show(<SourceList />);
		expect(await screen.findByText('The sources could not be loaded.')).toBeTruthy();
		expect(screen.queryByText('No source yet')).toBeNull();
	});
});

describe('a source', () => {
	test('the doctor shows every step with its result in words, the raw code and what to do next', async () => {
		world.answers[`GET /api/sources/${id}/doctor`] = () => json(report);
		show(<SourcePage id={id} />);
		const doctor = await screen.findByRole('region', { name: 'Doctor' });
		await userEvent.click(within(doctor).getByRole('button', { name: 'Run doctor' }));
		expect(await within(doctor).findByText(/^1 check failed. Begin with “List of packs”/)).toBeTruthy();
		const steps = within(doctor).getAllByRole('listitem');
		expect(steps.map((step) => step.querySelector('div > p + p')?.textContent)).toEqual([
			'OK',
			'Failed',
			'Warning',
			'Skipped',
		]);
		expect(steps[1]?.textContent).toContain('403');
		expect(steps[1]?.textContent).toContain('Next: Give it the scope read:packages.');
	});

	test('a managed one says where it comes from and can be neither edited, switched off nor deleted', async () => {
		world.source = { ...github, readOnlyReason: 'It is set by PACKYARD_SOURCES.' };
		show(<SourcePage id={id} />);
		const reason = await screen.findByText('It is set by PACKYARD_SOURCES.');
		for (const name of ['Edit', 'Switch off…', 'Delete…']) {
			const button = screen.getByRole('button', { name });
			expect(button.getAttribute('aria-describedby')).toBe(reason.id);
			await userEvent.click(button);
		}
		expect(screen.queryByRole('dialog')).toBeNull();
		await userEvent.click(screen.getByRole('button', { name: 'Sync Acme now' }));
		expect(world.calls.map(({ url }) => url)).toEqual([`/api/sources/${id}/sync`]);
	});

	test('it is deleted only after its name was typed', async () => {
		world.answers[`DELETE /api/sources/${id}`] = () => json({ deleted: true });
		show(<SourcePage id={id} />);
		await userEvent.click(await screen.findByRole('button', { name: 'Delete…' }));
		const dialog = screen.getByRole('dialog');
		await userEvent.type(within(dialog).getByRole('textbox'), 'acme{Enter}');
		expect(within(dialog).getByText('This is not the name of the source.')).toBeTruthy();
		expect(world.calls).toEqual([]);
		await userEvent.clear(within(dialog).getByRole('textbox'));
		await userEvent.type(within(dialog).getByRole('textbox'), 'Acme{Enter}');
		await waitFor(() => expect(world.pushed).toEqual(['/settings']));
		expect(world.calls.map(({ method }) => method)).toEqual(['DELETE']);
	});

	test('while installs come from it, the reason stands where the deletion would be asked', async () => {
		world.source = {
			...github,
			installs: 2,
			notDeletableReason: '2 installs come from this source. Remove them first.',
		};
		show(<SourcePage id={id} />);
		const reason = await screen.findByText('2 installs come from this source. Remove them first.');
		const button = screen.getByRole('button', { name: 'Delete…' });
		expect(button.getAttribute('aria-describedby')).toBe(reason.id);
		await userEvent.click(button);
		expect(screen.queryByRole('dialog')).toBeNull();
	});

	test('switching off asks once and sends nothing but that', async () => {
		show(<SourcePage id={id} />);
		await userEvent.click(await screen.findByRole('button', { name: 'Switch off…' }));
		expect(world.calls).toEqual([]);
		await userEvent.click(screen.getByRole('button', { name: 'Switch off' }));
		await waitFor(() =>
			expect(world.calls).toEqual([{ method: 'PATCH', url: `/api/sources/${id}`, body: { enabled: false } }]),
		);
	});

	test('a credential whose key is gone is asked for again, where it can be entered', async () => {
		world.source = {
			...github,
			credential: 'needs-re-entry',
			health: 'failing',
			problem: 'The stored credential cannot be decrypted any more.',
			hint: 'Enter it again.',
		};
		show(<SourcePage id={id} />);
		expect(await screen.findByText('The stored credential cannot be decrypted any more.')).toBeTruthy();
		expect(screen.getByRole('link', { name: 'Enter it now' }).getAttribute('href')).toBe(
			`/settings/sources/${id}/edit`,
		);
		cleanup();
		show(<EditSourcePage id={id} />);
		expect(await screen.findByText('The stored one can no longer be read. Enter it again.')).toBeTruthy();
		expect(screen.getByLabelText('Token')).toBeTruthy();
	});
});
