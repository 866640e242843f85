'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { type FormEvent, useState } from 'react';
import { ProblemNote } from '@/components/layout/problem-note';
import { Button, ButtonLink } from '@/components/ui/button';
import { Card, CardBody, CardHeader } from '@/components/ui/card';
import { Field } from '@/components/ui/field';
import { controlLook, Input } from '@/components/ui/input';
import { PageHeader } from '@/components/ui/page-header';
import { api, packQueries, sourceQueries } from '@/lib/api-client';
import { bundleName, sizeWords } from './bundle-words';

/** Packs that come as a file: for a portal that no registry reaches. */
export function ImportBundlePage() {
	const client = useQueryClient();
	const router = useRouter();
	const [file, setFile] = useState<File | null>(null);
	const [name, setName] = useState('');
	const [missing, setMissing] = useState(false);
	const suggested = file === null ? '' : bundleName(file.name);
	const send = useMutation({
		mutationFn: (chosen: File) => api.bundles.import(name.trim() || suggested, chosen),
		onSuccess(source) {
			client.setQueryData(sourceQueries.detail(source.id).queryKey, source);
			void client.invalidateQueries({ queryKey: sourceQueries.list().queryKey });
			void client.invalidateQueries({ queryKey: packQueries.all });
			router.push(`/settings/sources/${source.id}`);
		},
	});

	function submit(event: FormEvent): void {
		event.preventDefault();
		setMissing(file === null);
		if (file !== null && !send.isPending) send.mutate(file);
	}

	return (
		<>
			<PageHeader
				title="Import packs from a file"
				crumbs={[{ label: 'Settings', href: '/settings' }, { label: 'Import packs from a file' }]}
				description="For a portal that no registry reaches. The file becomes a source of its own, with the digests of the registry it came from."
			/>
			<form noValidate className="grid max-w-3xl gap-5" onSubmit={submit}>
				<Card aria-labelledby="bundle-file">
					<CardHeader id="bundle-file" title="Bundle" />
					<CardBody className="grid gap-5">
						<Field
							label="File"
							description={
								<>
									A .tar made by another Packyard, with <code>npm run bundle -- export packs.tar terminal</code>. Every
									part of it is checked before it becomes a source.
								</>
							}
							error={missing && file === null ? 'Choose a file.' : null}
						>
							{(control) => (
								<input
									{...control}
									type="file"
									accept=".tar,application/x-tar"
									onChange={(event) => {
										// What was wrong with the last one is no word about this one.
										send.reset();
										setFile(event.target.files?.[0] ?? null);
									}}
									className={`${controlLook} py-1.5 file:mr-3 file:rounded-control file:border-0 file:bg-raised file:px-3 file:py-1 file:text-sm file:text-ink`}
								/>
							)}
						</Field>
						<Field
							label="Name of this source"
							description={
								suggested === '' ? 'How it is called in lists.' : `How it is called in lists. Empty: ${suggested}.`
							}
						>
							{(control) => (
								<Input
									{...control}
									value={name}
									placeholder={suggested}
									autoComplete="off"
									onChange={(event) => setName(event.target.value)}
								/>
							)}
						</Field>
					</CardBody>
				</Card>
				{send.error ? <ProblemNote title="The file was not imported." error={send.error} /> : null}
				<div className="flex flex-wrap items-center gap-2">
					<Button
						type="submit"
						variant="primary"
						busy={send.isPending && file !== null ? `Importing ${sizeWords(file.size)}…` : null}
					>
						Import
					</Button>
					<ButtonLink href="/settings" variant="quiet">
						Cancel
					</ButtonLink>
				</div>
			</form>
		</>
	);
}
