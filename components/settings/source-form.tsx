'use client';

import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { type FieldErrors, FormProvider, useForm } from 'react-hook-form';
import { ProblemNote } from '@/components/layout/problem-note';
import { Button, ButtonLink } from '@/components/ui/button';
import { Card, CardBody, CardHeader } from '@/components/ui/card';
import { Note } from '@/components/ui/note';
import { ApiError, api } from '@/lib/api-client';
import type { SourceDetail } from '@/lib/contracts/sources';
import { credentialChanges, credentialRefusals, type StoredSource } from './credential-choice';
import { CredentialFields } from './credential-fields';
import { ChoiceField, TextField } from './form-fields';
import { GithubFields } from './github-fields';
import { NetworkFields } from './network-fields';
import { NpmFields } from './npm-fields';
import { FrontendFields, OciFields } from './oci-fields';
import { configOf, type SourceDraft, suggestedName } from './source-draft';
import { nameOf, refusalsOfAnswer, resolverFor } from './source-refusals';
import { SourceTest } from './source-test';
import { kindWords } from './source-words';

type SourceFormProps = {
	initial: SourceDraft;
	/** The source that is edited; null for a new one. */
	stored: StoredSource | null;
	onSaved: (source: SourceDetail) => void;
	cancelHref: string;
};

/** Choices that other fields come and go with. */
const shapes: ReadonlySet<string> = new Set(['kind', 'github.find', 'oci.find', 'oci.frontends', 'npm.find']);

/** Everything about a source on one page: where, how packs are found, who reads, network; test, then save. */
export function SourceForm({ initial, stored, onSaved, cancelHref }: SourceFormProps) {
	const form = useForm<SourceDraft>({
		defaultValues: initial,
		mode: 'onTouched',
		shouldFocusError: false,
		resolver: resolverFor((draft) => credentialRefusals(draft, stored)),
	});
	const draft = form.watch();
	const [networkOpen, setNetworkOpen] = useState(false);
	const [attempt, setAttempt] = useState(0);
	const element = useRef<HTMLFormElement>(null);
	useEffect(() => {
		// After the fold is open: what is folded away cannot take the focus.
		if (attempt > 0) element.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
	}, [attempt]);

	useEffect(() => {
		const { unsubscribe } = form.watch((_, { name }) => {
			// One answer decides about others: a field that was refused may be right now, or not be there any more.
			if (form.formState.isSubmitted) void form.trigger();
			else if (name && shapes.has(name)) form.clearErrors();
		});
		return unsubscribe;
	}, [form]);

	function refuse(errors: FieldErrors<SourceDraft>) {
		const { apiUrl, registryHost, npmUrl } = errors.github ?? {};
		if (errors.network || apiUrl || registryHost || npmUrl) setNetworkOpen(true);
		setAttempt((count) => count + 1);
	}

	const save = useMutation({
		mutationFn: (request: SourceDraft) => send(request, stored),
		onSuccess: onSaved,
		onError: (error, request) => {
			if (!(error instanceof ApiError)) return;
			const refusals = refusalsOfAnswer(request, error.problem.invalidParams);
			for (const { field, reason } of refusals) {
				if (field !== 'form') form.setError(field, { type: 'server', message: reason });
			}
			if (refusals.length > 0) refuse(form.formState.errors);
		},
	});

	return (
		<FormProvider {...form}>
			<form
				ref={element}
				noValidate
				autoComplete="off"
				className="grid max-w-3xl gap-5"
				onSubmit={form.handleSubmit((values) => (save.isPending ? undefined : save.mutate(values)), refuse)}
			>
				<Where draft={draft} stored={stored} />
				<Card aria-labelledby="source-credential">
					<CardHeader id="source-credential" title="Credential" />
					<CardBody className="grid gap-5">
						<CredentialFields draft={draft} stored={stored} />
					</CardBody>
				</Card>
				<NetworkFields open={networkOpen} onToggle={setNetworkOpen} />
				<SourceTest draft={draft} stored={stored} onTest={(run) => void form.handleSubmit(run, refuse)()} />
				{form.formState.errors.root?.message ? (
					<Note tone="danger" live title="The configuration is not valid.">
						{form.formState.errors.root.message}
					</Note>
				) : null}
				{save.error ? <ProblemNote title="The source was not saved." error={save.error} /> : null}
				<div className="flex flex-wrap gap-2">
					<Button type="submit" variant="primary" busy={save.isPending ? 'Saving…' : null}>
						{stored === null ? 'Add source' : 'Save changes'}
					</Button>
					<ButtonLink href={cancelHref} variant="quiet">
						Cancel
					</ButtonLink>
				</div>
			</form>
		</FormProvider>
	);
}

function Where({ draft, stored }: { draft: SourceDraft; stored: StoredSource | null }) {
	const suggestion = suggestedName(draft);
	return (
		<Card aria-labelledby="source-where">
			<CardHeader
				id="source-where"
				title="Where packs are published"
				description={stored === null ? undefined : `${kindWords[draft.kind]}; the kind of a source cannot be changed.`}
			/>
			<CardBody className="grid gap-5">
				{stored === null ? (
					<ChoiceField
						name="kind"
						legend="Kind"
						wide
						choices={[
							{ value: 'github', label: 'GitHub', description: 'Packages of an organisation or user' },
							{ value: 'oci', label: 'OCI registry', description: 'Harbor, zot, Docker registry, GHCR and others' },
							{ value: 'npm', label: 'npm registry', description: 'Packs that are frontends only' },
						]}
					/>
				) : null}
				{draft.kind === 'github' ? <GithubFields /> : null}
				{draft.kind === 'oci' ? (
					<>
						<OciFields />
						<FrontendFields />
					</>
				) : null}
				{draft.kind === 'npm' ? <NpmFields /> : null}
				<TextField
					name="name"
					label="Name of this source"
					description={
						suggestion && draft.name.trim() === ''
							? `How it is called in lists. Empty: ${suggestion}.`
							: 'How it is called in lists.'
					}
					placeholder={suggestion}
				/>
			</CardBody>
		</Card>
	);
}

/** POST a new source, or PATCH all of an edited one except what its credentials keep. */
function send(draft: SourceDraft, stored: StoredSource | null): Promise<SourceDetail> {
	const { credential, npmCredential } = credentialChanges(draft, stored);
	const body = { name: nameOf(draft), config: configOf(draft) };
	if (stored !== null) return api.sources.patch(stored.id, { ...body, credential, npmCredential });
	return api.sources.create({
		...body,
		...(credential ? { credential } : {}),
		...(npmCredential ? { npmCredential } : {}),
	});
}
