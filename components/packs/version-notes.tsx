'use client';

import dynamic from 'next/dynamic';
import { Card, CardBody, CardHeader } from '@/components/ui/card';
import type { VersionDetail } from '@/lib/contracts/packs';

const Markdown = dynamic(() => import('@/components/ui/markdown'), {
	loading: () => <p className="min-h-40 text-sm text-muted">Loading the notes…</p>,
});

export function VersionNotes({ version }: { version: VersionDetail }) {
	return (
		<Card>
			<CardHeader title={`Notes of ${version.summary.version}`} description="In the publisher's words." />
			<CardBody>
				{version.notes?.trim() ? (
					<Markdown text={version.notes} />
				) : (
					<p className="text-sm text-muted">The publisher gave no notes for this version.</p>
				)}
			</CardBody>
		</Card>
	);
}
