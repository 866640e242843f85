'use client';

import { useFormContext, useWatch } from 'react-hook-form';
import { ChoiceField, TextField } from './form-fields';
import type { SourceDraft } from './source-draft';

/** Whose packs, and how they are found. */
export function GithubFields() {
	const { control } = useFormContext<SourceDraft>();
	const [account, find] = useWatch({ control, name: ['github.account', 'github.find'] });
	return (
		<>
			<ChoiceField
				name="github.account"
				legend="Whose packs?"
				choices={[
					{ value: 'org', label: 'An organisation' },
					{ value: 'user', label: 'A user' },
				]}
				wide
			/>
			<TextField
				name="github.org"
				label={account === 'org' ? 'Organisation' : 'User'}
				description="The name as it stands in the address: github.com/name."
				placeholder="acme"
				required
			/>
			<ChoiceField
				name="github.find"
				legend="How are packs found?"
				choices={[
					{ value: 'list', label: 'GitHub lists them', description: 'Finds every pack by itself. Needs a token.' },
					{
						value: 'index',
						label: 'An index artifact',
						description: 'The publisher keeps a list in the registry. Needs no right to list packages.',
					},
					{
						value: 'names',
						label: 'By name',
						description: 'You name the packs. Works without a token when they are public.',
					},
				]}
			/>
			{find === 'index' ? (
				<TextField
					name="github.index"
					label="Index artifact"
					description="Repository in the registry, with a tag if it is not latest."
					placeholder="acme/charts/pack-index"
					required
				/>
			) : null}
			{find === 'names' ? (
				<TextField
					name="github.packs"
					label="Packs"
					description="One a line, without the prefix pack-: files stands for the chart pack-files."
					rows={4}
					required
				/>
			) : null}
		</>
	);
}

/** Where GitHub is; only GitHub Enterprise and mirrors need to touch it. */
export function GithubAddresses() {
	return (
		<>
			<TextField
				name="github.registryHost"
				label="Registry of the charts"
				description="For github.com: ghcr.io."
				required
			/>
			<TextField
				name="github.npmUrl"
				label="Registry of the frontends"
				description="For github.com: https://npm.pkg.github.com."
				inputMode="url"
				required
			/>
			<TextField
				name="github.apiUrl"
				label="GitHub API"
				description="For github.com: https://api.github.com. GitHub Enterprise Server: https://host/api/v3."
				inputMode="url"
				required
			/>
		</>
	);
}
