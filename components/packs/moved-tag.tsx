'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ProblemNote } from '@/components/layout/problem-note';
import { usePermission } from '@/components/layout/use-permission';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { Digest } from '@/components/ui/code';
import { Dialog } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { KeyValues } from '@/components/ui/key-values';
import { Note } from '@/components/ui/note';
import { RelativeTime } from '@/components/ui/relative-time';
import { api, installQueries, packQueries } from '@/lib/api-client';
import type { MovedTag } from '@/lib/contracts/packs';
import { badgeTones } from './version-words';

type Place = { slug: string; version: string };

/** A tag that points to other bytes than first read: what differs, and the decision which of them the version is. */
export function MovedTagNote({ slug, version }: Place) {
	const [asked, setAsked] = useState(false);
	const denied = usePermission('installs:plan', 'compare versions');
	const compared = useQuery({ ...packQueries.moved(slug, version), enabled: asked });
	return (
		<Note
			tone="danger"
			title={`The tag ${version} points to other bytes now than the ones first read.`}
			next={compared.data ? null : 'Compare them, or ask the publisher why the tag moved.'}
			actions={
				compared.data ? (
					<Adopt slug={slug} version={version} moved={compared.data} />
				) : (
					<Button
						size="small"
						disabledReason={denied}
						busy={compared.isFetching ? 'Reading the new bytes…' : null}
						onClick={() => (asked ? void compared.refetch() : setAsked(true))}
					>
						Compare the bytes
					</Button>
				)
			}
		>
			<p>The bytes first read are the ones that are planned and installed.</p>
			{compared.error ? (
				<ProblemNote className="mt-3" title="The new bytes could not be read." error={compared.error} />
			) : null}
			{compared.data ? <Comparison moved={compared.data} /> : null}
		</Note>
	);
}

function Comparison({ moved }: { moved: MovedTag }) {
	const { first, now, since, sameChart, files, changes, reasons } = moved;
	return (
		<div role="status" className="mt-3 grid gap-3">
			<KeyValues
				className="sm:items-baseline"
				items={[
					{ label: 'First read', value: first ? <Digest value={first.manifestDigest} /> : 'no chart' },
					{
						label: 'The tag now',
						value: (
							<span className="flex flex-wrap items-center gap-x-2">
								{now ? <Digest value={now.manifestDigest} /> : 'no chart'}
								{since ? (
									<span className="text-muted">
										seen <RelativeTime at={since} />
									</span>
								) : null}
							</span>
						),
					},
					{
						label: 'Files of the chart',
						value: sameChart ? 'All the same; only what is wrapped around the chart differs.' : <Files files={files} />,
					},
					{ label: 'Configuration', value: <Changes changes={changes} /> },
					...(reasons.length === 0 ? [] : [{ label: 'Cannot be installed', value: <Sentences sentences={reasons} /> }]),
				]}
			/>
		</div>
	);
}

function Files({ files }: Pick<MovedTag, 'files'>) {
	if (files.length === 0) return 'No file differs.';
	return (
		<ul className="grid max-h-48 gap-0.5 overflow-auto">
			{files.map(({ path, change }) => (
				<li key={path} className="break-all">
					<code className="text-[13px]">{path}</code> <span className="text-muted">{change}</span>
				</li>
			))}
		</ul>
	);
}

function Changes({ changes }: Pick<MovedTag, 'changes'>) {
	const told = changes.filter(({ verdict }) => verdict !== 'none');
	if (told.length === 0) return 'Asks for the same.';
	return (
		<ul className="grid gap-1.5">
			{told.map(({ verdict, sentence }) => (
				<li key={sentence} className="flex flex-wrap items-baseline gap-x-2 gap-y-1">
					<Badge tone={badgeTones[verdict]}>{verdict}</Badge>
					<span className="min-w-0">{sentence}</span>
				</li>
			))}
		</ul>
	);
}

function Sentences({ sentences }: { sentences: readonly string[] }) {
	return (
		<ul className="grid gap-1">
			{sentences.map((sentence) => (
				<li key={sentence}>{sentence}</li>
			))}
		</ul>
	);
}

/** Make the new bytes what this version stands for: one deliberate, audited step. */
function Adopt({ slug, version, moved }: Place & { moved: MovedTag }) {
	const [asking, setAsking] = useState(false);
	const [reason, setReason] = useState('');
	const denied = usePermission('installs:write', 'accept other bytes');
	const client = useQueryClient();
	const adopt = useMutation({
		mutationFn: (digest: string) =>
			api.packs.adoptMoved(slug, version, { digest, reason: reason.trim() === '' ? null : reason.trim() }),
		onSuccess: async () => {
			setAsking(false);
			await Promise.all(
				[packQueries.all, installQueries.all].map((queryKey) => client.invalidateQueries({ queryKey })),
			);
		},
	});
	const { now, reasons } = moved;
	const unusable = now === null || reasons.length > 0 ? { text: 'These bytes cannot be installed.' } : null;
	return (
		<>
			<Button size="small" disabledReason={denied ?? unusable} onClick={() => setAsking(true)}>
				Accept the new bytes…
			</Button>
			<Dialog
				open={asking}
				onClose={() => setAsking(false)}
				title={`Accept the new bytes of ${version}?`}
				description={`New plans of ${version} are made with them from now on. What runs stays as it is until somebody plans ${version} for it again.`}
				actions={
					<>
						<Button onClick={() => setAsking(false)}>Leave it</Button>
						<Button
							variant="primary"
							busy={adopt.isPending ? 'Accepting…' : null}
							onClick={() => (now ? adopt.mutate(now.manifestDigest) : undefined)}
						>
							Accept them
						</Button>
					</>
				}
			>
				<Field label="Why" aside="optional" description="Kept in the audit.">
					{(control) => (
						<Input {...control} maxLength={500} value={reason} onChange={(event) => setReason(event.target.value)} />
					)}
				</Field>
				{adopt.error ? <ProblemNote title="The new bytes were not accepted." error={adopt.error} /> : null}
			</Dialog>
		</>
	);
}
