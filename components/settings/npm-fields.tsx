'use client';

import { useFormContext, useWatch } from 'react-hook-form';
import { ChoiceField, TextField } from './form-fields';
import type { SourceDraft } from './source-draft';

/** Which npm registry, whose packages, and how they are found. */
export function NpmFields() {
	const { control } = useFormContext<SourceDraft>();
	const find = useWatch({ control, name: 'npm.find' });
	return (
		<>
			<TextField
				name="npm.url"
				label="Registry"
				description="The address as in .npmrc."
				placeholder="https://npm.example.com"
				inputMode="url"
				required
			/>
			<TextField name="npm.scope" label="Scope" placeholder="@acme" required />
			<ChoiceField
				name="npm.find"
				legend="How are packs found?"
				choices={[
					{ value: 'names', label: 'By name', description: 'You name the packages. Works with every registry.' },
					{
						value: 'search',
						label: 'Search of the registry',
						description: 'Verdaccio, Gitea, Artifactory and Nexus have one; GitHub has none.',
					},
				]}
			/>
			{find === 'names' ? (
				<TextField
					name="npm.packages"
					label="Packages"
					description="One a line, like @acme/pack-files."
					rows={4}
					required
				/>
			) : null}
		</>
	);
}
