import { CircleCheck, OctagonX, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { Card, CardBody, CardHeader } from '@/components/ui/card';
import type { VersionDetail } from '@/lib/contracts/packs';

/** What is wrong with the manifest and contract, and what that means: for the publisher to fix, for the admin to know. */
export function Quality({ version }: { version: VersionDetail }) {
	const { blockers, lint, warnings } = version;
	return (
		<Card>
			<CardHeader
				title="Contract quality"
				description="Mistakes in what the publisher declared. Only the first kind stops an install."
			/>
			<CardBody className="grid gap-5 text-sm">
				{blockers.length + lint.length + warnings.length === 0 ? (
					<p className="flex items-center gap-2.5">
						<CircleCheck aria-hidden className="size-4 text-success" />
						Nothing to complain about.
					</p>
				) : null}
				<Group title="Stops an install" icon={<OctagonX aria-hidden className="mt-0.5 size-4 shrink-0 text-danger" />}>
					{blockers.map(({ code, path, message }) => ({ id: `${code} ${path}`, place: path, message }))}
				</Group>
				<Group
					title="In the contract"
					icon={<TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-warning" />}
				>
					{lint.map(({ code, key, message }) => ({ id: `${code} ${key}`, place: key ?? '', message }))}
				</Group>
				<Group
					title="Read leniently"
					icon={<TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-muted" />}
				>
					{warnings.map(({ code, path, message }) => ({ id: `${code} ${path}`, place: path, message }))}
				</Group>
			</CardBody>
		</Card>
	);
}

type Finding = { id: string; place: string; message: string };

function Group({ title, icon, children }: { title: string; icon: ReactNode; children: readonly Finding[] }) {
	if (children.length === 0) return null;
	return (
		<section className="grid gap-2.5">
			<h3 className="font-medium">{title}</h3>
			<ul className="grid gap-2.5">
				{children.map(({ id, place, message }) => (
					<li key={id} className="flex items-start gap-2.5">
						{icon}
						<span className="min-w-0">
							{message} {place ? <code className="text-xs break-all text-muted">{place}</code> : null}
						</span>
					</li>
				))}
			</ul>
		</section>
	);
}
