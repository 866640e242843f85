import { CircleCheck, KeyRound, OctagonX } from 'lucide-react';
import Link from 'next/link';
import { Badge } from '@/components/ui/badge';
import type { PackSummary } from '@/lib/contracts/packs';
import { shapeWords } from './pack-filter';
import { PackTile } from './pack-tile';

/** One pack in the list: the whole row is the link. */
export function PackRow({ pack }: { pack: PackSummary }) {
	return (
		<li className="row-lazy relative flex gap-4 border-b border-line px-4 py-4 last:border-b-0 hover:bg-raised/50 sm:px-5">
			<PackTile name={pack.name} />
			<div className="grid min-w-0 flex-1 gap-x-6 gap-y-2 md:grid-cols-[minmax(0,1fr)_auto]">
				<div className="min-w-0">
					<h2 className="flex flex-wrap items-baseline gap-x-2.5 text-[15px] font-medium">
						<Link
							href={`/packs/${pack.slug}`}
							className="after:absolute after:inset-0 after:content-[''] focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-copper focus-visible:outline-none"
						>
							{pack.name}
						</Link>
						{pack.latestVersion ? <code className="text-xs text-muted">{pack.latestVersion}</code> : null}
					</h2>
					<p className="mt-0.5 line-clamp-2 text-sm text-muted">
						{pack.description || <span className="italic">The publisher gave no description.</span>}
					</p>
					{pack.installable ? null : (
						<p className="mt-1.5 flex items-start gap-1.5 text-sm text-warning">
							<OctagonX aria-hidden className="mt-0.5 size-4 shrink-0" />
							<span className="line-clamp-2">
								Cannot be installed: {pack.reasons[0] ?? 'no version has everything an install needs.'}
							</span>
						</p>
					)}
				</div>
				<div className="flex flex-wrap content-start items-start gap-1.5 md:max-w-64 md:justify-end lg:max-w-none lg:flex-nowrap">
					{pack.installs.length > 0 ? (
						<Badge tone="success" icon={<CircleCheck aria-hidden />}>
							{installedWords(pack.installs)}
						</Badge>
					) : null}
					<Badge>{shapeWords[pack.shape]}</Badge>
					{pack.needsSecrets ? <Badge icon={<KeyRound aria-hidden />}>Needs secrets</Badge> : null}
				</div>
			</div>
		</li>
	);
}

function installedWords(installs: PackSummary['installs']): string {
	const [first] = installs;
	return installs.length === 1 && first ? `Installed ${first.version}` : `Installed ${installs.length} times`;
}
