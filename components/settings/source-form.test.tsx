import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';
import { id, json, playSources, refused, report, show, world } from '@/test/support/source-pages';
import { AddSourcePage } from './add-source-page';
import { EditSourcePage } from './edit-source-page';

playSources();

describe('adding', () => {
	test('an organisation and a token are enough', async () => {
		show(<AddSourcePage />);
		await userEvent.type(screen.getByLabelText('Organisation'), 'acme');
		await userEvent.type(screen.getByLabelText('Token'), 'ghp_secret');
		await userEvent.click(screen.getByRole('button', { name: 'Add source' }));
		await waitFor(() => expect(world.pushed).toEqual([`/settings/sources/${id}`]));
		expect(world.calls).toHaveLength(1);
		expect(world.calls[0]).toMatchObject({
			method: 'POST',
			url: '/api/sources',
			body: { name: 'acme', credential: 'ghp_secret', config: { kind: 'github', org: 'acme', packs: [], index: null } },
		});
	});

	test('a refused form names each field, and the focus goes to the first of them', async () => {
		show(<AddSourcePage />);
		await userEvent.click(screen.getByRole('button', { name: 'Add source' }));
		const organisation = screen.getByLabelText('Organisation');
		await waitFor(() => expect(document.activeElement).toBe(organisation));
		const described = organisation.getAttribute('aria-describedby')?.split(' ') ?? [];
		expect(described.map((each) => document.getElementById(each)?.textContent)).toContain('Must not be empty.');
		expect(screen.getByText(/GitHub lists packages for nobody without a token/)).toBeTruthy();
		expect(world.calls).toEqual([]);
	});

	test('what was refused is right again as soon as another answer makes it so', async () => {
		show(<AddSourcePage />);
		await userEvent.click(screen.getByRole('button', { name: 'Add source' }));
		expect(await screen.findByText(/GitHub lists packages for nobody/)).toBeTruthy();
		await userEvent.click(screen.getByLabelText(/^By name/));
		await waitFor(() => expect(screen.queryByText(/GitHub lists packages for nobody/)).toBeNull());
		expect(screen.getByLabelText('Packs').getAttribute('aria-invalid')).toBe('true');
		await userEvent.click(screen.getByLabelText(/^OCI registry/));
		await waitFor(() => expect(screen.getByLabelText('Registry').getAttribute('aria-invalid')).toBe('true'));
		expect(screen.getByLabelText('Password or token').getAttribute('aria-invalid')).toBeNull();
	});

	test('a mistake in the folded part unfolds it', async () => {
		show(<AddSourcePage />);
		await userEvent.type(screen.getByLabelText('Organisation'), 'acme');
		await userEvent.type(screen.getByLabelText('Token'), 'ghp_secret');
		const proxy = screen.getByLabelText('Proxy');
		const fold = proxy.closest('details');
		expect(fold?.open).toBe(false);
		await userEvent.type(proxy, 'proxy');
		await userEvent.click(screen.getByRole('button', { name: 'Add source' }));
		await waitFor(() => expect(fold?.open).toBe(true));
		expect(document.activeElement).toBe(proxy);
	});

	test('what the server refuses stands at its field', async () => {
		world.answers['POST /api/sources'] = () =>
			refused(400, 'The request is not valid.', [{ name: 'config.org', reason: 'does not exist' }]);
		show(<AddSourcePage />);
		await userEvent.type(screen.getByLabelText('Organisation'), 'acme');
		await userEvent.type(screen.getByLabelText('Token'), 'ghp_secret');
		await userEvent.click(screen.getByRole('button', { name: 'Add source' }));
		expect(await screen.findByText('Does not exist.')).toBeTruthy();
		expect(screen.getByText('The source was not saved.')).toBeTruthy();
		expect(world.pushed).toEqual([]);
	});

	test('a test saves nothing, shows the check list, and grows old with the next change', async () => {
		world.answers['POST /api/sources/test'] = () => json(report);
		show(<AddSourcePage />);
		await userEvent.click(screen.getByLabelText(/^OCI registry/));
		await userEvent.type(screen.getByLabelText('Registry'), 'r.example');
		await userEvent.type(screen.getByLabelText('Repositories'), 'acme/charts/pack-files');
		await userEvent.click(screen.getByRole('button', { name: 'Test' }));
		expect(await screen.findByText(/^1 check failed/)).toBeTruthy();
		expect(world.calls.map(({ url }) => url)).toEqual(['/api/sources/test']);
		expect(world.calls[0]?.body).toMatchObject({ config: { kind: 'oci', registry: { host: 'r.example' } } });
		expect(screen.queryByText('The form has changed since this test.')).toBeNull();
		await userEvent.type(screen.getByLabelText('Registry'), '.org');
		expect(screen.getByText('The form has changed since this test.')).toBeTruthy();
	});
});

describe('editing', () => {
	test('a stored credential has no input, and saving what nobody touched does not mention it', async () => {
		show(<EditSourcePage id={id} />);
		expect(await screen.findByText(/Kept as it is; it is never shown again/)).toBeTruthy();
		expect(screen.queryByLabelText('Token')).toBeNull();
		await userEvent.click(screen.getByRole('button', { name: 'Save changes' }));
		await waitFor(() => expect(world.pushed).toEqual([`/settings/sources/${id}`]));
		expect(world.calls).toEqual([
			{
				method: 'PATCH',
				url: `/api/sources/${id}`,
				body: { name: 'Acme', config: expect.objectContaining({ org: 'acme' }) },
			},
		]);
	});

	test('replacing moves the focus into the input, and keeping drops what was typed', async () => {
		show(<EditSourcePage id={id} />);
		await userEvent.click(await screen.findByRole('button', { name: 'Replace the token' }));
		await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText('Token')));
		await userEvent.keyboard('ghp_new');
		await userEvent.click(screen.getByRole('button', { name: 'Keep stored' }));
		await userEvent.click(screen.getByRole('button', { name: 'Save changes' }));
		await waitFor(() => expect(world.calls).toHaveLength(1));
		expect(JSON.stringify(world.calls)).not.toContain('ghp_new');
	});

	test('removing is sent as null, and can be taken back before', async () => {
		show(<EditSourcePage id={id} />);
		await userEvent.click(await screen.findByRole('button', { name: 'Remove the token' }));
		await userEvent.click(screen.getByRole('button', { name: 'Keep it' }));
		await userEvent.click(screen.getByRole('button', { name: 'Remove the token' }));
		await userEvent.click(screen.getByRole('button', { name: 'Save changes' }));
		await waitFor(() => expect(world.calls[0]?.body).toMatchObject({ credential: null }));
	});

	test('another address asks for the credential again, and the address as it was does not', async () => {
		show(<EditSourcePage id={id} />);
		const registry = await screen.findByLabelText('Registry of the charts');
		await userEvent.clear(registry);
		await userEvent.type(registry, 'ghcr.acme.example');
		expect(screen.getByText(/never sent another way than before: enter it again/)).toBeTruthy();
		await userEvent.click(screen.getByRole('button', { name: 'Save changes' }));
		expect(await screen.findByText(/^Enter the credential again, or remove it/)).toBeTruthy();
		expect(world.calls).toEqual([]);
		await userEvent.clear(registry);
		await userEvent.type(registry, 'ghcr.io');
		expect(screen.getByText(/Kept as it is/)).toBeTruthy();
	});
});
