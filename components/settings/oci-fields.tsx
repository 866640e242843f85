'use client';

import { useFormContext, useWatch } from 'react-hook-form';
import { CheckField, ChoiceField, TextField } from './form-fields';
import type { SourceDraft } from './source-draft';

/** Which registry, and how the packs in it are found. */
export function OciFields() {
	const { control } = useFormContext<SourceDraft>();
	const find = useWatch({ control, name: 'oci.find' });
	return (
		<>
			<TextField
				name="oci.host"
				label="Registry"
				description="Host name, with a port if it has one."
				placeholder="registry.example.com"
				inputMode="url"
				required
			/>
			<ChoiceField
				name="oci.find"
				legend="How are packs found?"
				choices={[
					{ value: 'names', label: 'By name', description: 'You name the repositories. Works with every registry.' },
					{
						value: 'index',
						label: 'An index artifact',
						description: 'The publisher keeps a list in the registry. Works with every registry.',
					},
					{
						value: 'catalog',
						label: 'The registry’s catalog',
						description: 'For distribution and zot. Most hosted registries do not offer it.',
					},
					{
						value: 'harbor',
						label: 'A Harbor project',
						description: 'Reads the project’s repositories through Harbor’s own API.',
					},
				]}
			/>
			{find === 'names' ? (
				<TextField
					name="oci.repositories"
					label="Repositories"
					description="One a line, like acme/charts/pack-files."
					rows={4}
					required
				/>
			) : null}
			{find === 'index' ? (
				<TextField
					name="oci.index"
					label="Index artifact"
					description="Repository in the registry, with a tag if it is not latest."
					placeholder="acme/charts/pack-index"
					required
				/>
			) : null}
			{find === 'harbor' ? <TextField name="oci.project" label="Harbor project" placeholder="charts" required /> : null}
			{find === 'catalog' || find === 'harbor' ? (
				<TextField
					name="oci.prefix"
					label="Only names that begin with"
					aside="optional"
					description={
						find === 'catalog'
							? 'Of the whole repository name, like acme/charts/pack-.'
							: 'Of the name below the project.'
					}
				/>
			) : null}
		</>
	);
}

/** The npm registry beside an OCI one. */
export function FrontendFields() {
	const { control } = useFormContext<SourceDraft>();
	const frontends = useWatch({ control, name: 'oci.frontends' });
	return (
		<>
			<CheckField
				name="oci.frontends"
				label="The packs have frontends in an npm registry"
				description="Leave it off when packs have no frontend, or when their manifests say where it is."
			/>
			{frontends ? (
				<>
					<TextField
						name="oci.npmUrl"
						label="npm registry"
						placeholder="https://npm.example.com"
						inputMode="url"
						required
					/>
					<TextField
						name="oci.npmScope"
						label="Scope"
						description="The frontend of pack files is then @acme/pack-files."
						placeholder="@acme"
						required
					/>
				</>
			) : null}
		</>
	);
}
