import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';
import { id, json, playSources, show, world } from '@/test/support/source-pages';
import { ImportBundlePage } from './import-bundle-page';

playSources();

describe('a file', () => {
	const bundle = () => new File(['tar'], 'packs-2026-11.tar', { type: 'application/x-tar' });

	test('is sent under the name of its file, and its source is shown', async () => {
		world.answers['POST /api/bundles?name=packs-2026-11'] = () => json(world.source, 201);
		show(<ImportBundlePage />);
		await userEvent.upload(screen.getByLabelText('File'), bundle());
		await userEvent.click(screen.getByRole('button', { name: 'Import' }));

		await waitFor(() => expect(world.pushed).toEqual([`/settings/sources/${id}`]));
		expect(world.calls.map(({ method, url }) => `${method} ${url}`)).toEqual(['POST /api/bundles?name=packs-2026-11']);
	});

	test('has to be chosen, and a refused one says why and what to do', async () => {
		world.answers['POST /api/bundles?name=Ship'] = () =>
			json(
				{
					type: 'about:blank',
					title: 'invalid_request',
					status: 400,
					code: 'invalid_request',
					detail: 'The file cannot be imported. It is damaged, or no tar at all.',
					hint: 'Use a file made by packyard bundle export.',
					instance: '/api/bundles',
					requestId: 'r1',
					invalidParams: [],
					details: {},
				},
				400,
			);
		show(<ImportBundlePage />);
		await userEvent.click(screen.getByRole('button', { name: 'Import' }));
		expect(await screen.findByText('Choose a file.')).toBeTruthy();
		expect(world.calls).toEqual([]);

		await userEvent.upload(screen.getByLabelText('File'), bundle());
		await userEvent.type(screen.getByLabelText('Name of this source'), 'Ship');
		await userEvent.click(screen.getByRole('button', { name: 'Import' }));
		expect(await screen.findByText(/It is damaged, or no tar at all/)).toBeTruthy();
		expect(screen.getByText('Use a file made by packyard bundle export.')).toBeTruthy();
	});
});
