'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Trash2 } from 'lucide-react';
import { type SubmitEvent, useId, useState } from 'react';
import { ProblemNote } from '@/components/layout/problem-note';
import { Button } from '@/components/ui/button';
import { Card, CardBody, CardHeader } from '@/components/ui/card';
import { Dialog } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { api, packQueries, sourceQueries } from '@/lib/api-client';
import type { SourceDetail } from '@/lib/contracts/sources';
import { GuardedButton } from './guarded-button';

type DeleteSourceProps = { source: SourceDetail; refusedBy: string | null; onDeleted: () => void };

/** Deleting asks for the name of the source; while installs come from it, it says so instead. */
export function DeleteSource({ source, refusedBy, onDeleted }: DeleteSourceProps) {
	const [asking, setAsking] = useState(false);
	const reasonId = useId();
	const kept = source.notDeletableReason;
	return (
		<Card aria-labelledby="delete">
			<CardHeader
				id="delete"
				title="Delete this source"
				actions={
					<GuardedButton
						size="small"
						icon={<Trash2 aria-hidden />}
						refusedBy={refusedBy ?? (kept ? reasonId : null)}
						onClick={() => setAsking(true)}
					>
						Delete…
					</GuardedButton>
				}
			/>
			<CardBody className="grid gap-2 text-sm">
				<p className="text-muted">
					{source.kind === 'bundle'
						? 'Its packs leave the catalog. They come back by importing the file again.'
						: 'Its packs leave the catalog and its credential is erased. Nothing is deleted in the registry.'}
				</p>
				{kept && refusedBy === null ? <p id={reasonId}>{kept}</p> : null}
			</CardBody>
			<Dialog
				open={asking}
				onClose={() => setAsking(false)}
				title={`Delete ${source.name}?`}
				description={
					source.kind === 'bundle'
						? `${packs(source.packs)} from the catalog, until the file is imported again.`
						: `${packs(source.packs)} from the catalog, and the stored credential is erased. This cannot be undone.`
				}
			>
				<Confirmation source={source} onKeep={() => setAsking(false)} onDeleted={onDeleted} />
			</Dialog>
		</Card>
	);
}

type ConfirmationProps = { source: SourceDetail; onKeep: () => void; onDeleted: () => void };

/** Mounted with the dialog, so that what was typed is gone when it is opened again. */
function Confirmation({ source, onKeep, onDeleted }: ConfirmationProps) {
	const [typed, setTyped] = useState('');
	const [mismatch, setMismatch] = useState(false);
	const client = useQueryClient();
	const remove = useMutation({
		mutationFn: () => api.sources.delete(source.id),
		onSuccess: async () => {
			onDeleted();
			client.removeQueries({ queryKey: sourceQueries.detail(source.id).queryKey });
			await client.invalidateQueries({ queryKey: sourceQueries.list().queryKey });
			await client.invalidateQueries({ queryKey: packQueries.all });
		},
	});

	function submit(event: SubmitEvent) {
		event.preventDefault();
		const matches = typed.trim() === source.name;
		setMismatch(!matches);
		if (matches && !remove.isPending) remove.mutate();
	}

	return (
		<form noValidate className="grid gap-4" onSubmit={submit}>
			<Field
				label={
					<>
						Type <code className="break-all">{source.name}</code> to confirm
					</>
				}
				error={mismatch ? 'This is not the name of the source.' : null}
			>
				{(control) => (
					<Input
						{...control}
						value={typed}
						autoComplete="off"
						spellCheck={false}
						onChange={(event) => {
							setTyped(event.target.value);
							setMismatch(false);
						}}
					/>
				)}
			</Field>
			{remove.error ? <ProblemNote title="The source was not deleted." error={remove.error} /> : null}
			<div className="flex flex-wrap justify-end gap-2">
				<Button onClick={onKeep}>Keep it</Button>
				<Button type="submit" variant="danger" busy={remove.isPending ? 'Deleting…' : null}>
					Delete source
				</Button>
			</div>
		</form>
	);
}

function packs(count: number): string {
	if (count === 0) return 'No pack disappears';
	return count === 1 ? 'Its 1 pack disappears' : `Its ${count} packs disappear`;
}
