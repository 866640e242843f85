import { OctagonPause } from 'lucide-react';
import { KeyValues } from '@/components/ui/key-values';
import type { Blocker } from '@/lib/contracts/runner';

type BlockerCardProps = {
	blocker: Blocker;
	/** While an operation waits for it, after that operation, or on the page of the install. */
	stage: 'watching' | 'over' | 'live';
	/** Words already said above this card; the same sentence twice helps nobody. */
	said?: string | null;
};

/** The one thing that holds a rollout up, by name: what it is, what Kubernetes calls it, and what to do. */
export function BlockerCard({ blocker, stage, said = null }: BlockerCardProps) {
	return (
		<section
			aria-label={stage === 'over' ? 'What held it up' : 'What holds it up'}
			className="grid gap-3 rounded-card border border-warning/30 bg-warning-soft p-4 text-sm"
		>
			<h2 className="flex items-start gap-2.5 font-medium">
				<OctagonPause aria-hidden className="mt-0.5 size-4 shrink-0 text-warning" />
				<span className="min-w-0 break-words">{title(blocker)}</span>
			</h2>
			{said?.includes(blocker.sentence) ? null : <p>{blocker.sentence}</p>}
			<KeyValues items={facts(blocker)} className="sm:items-baseline" />
			{stage === 'watching' ? (
				<p className="text-muted">
					{blocker.terminal
						? 'Waiting longer will not help. The operation ends by itself soon and says what happened.'
						: 'This may pass by itself. Packyard keeps watching until the time limit of the operation.'}
				</p>
			) : null}
			{blocker.logs.length > 0 ? (
				<details>
					<summary className="w-fit text-muted underline decoration-dotted underline-offset-4">
						Last lines of the container
					</summary>
					<pre className="mt-2 max-h-64 overflow-auto rounded-control bg-sunken p-3 text-xs whitespace-pre-wrap">
						{blocker.logs.join('\n')}
					</pre>
				</details>
			) : null}
		</section>
	);
}

function title(blocker: Blocker): string {
	return blocker.pod === null
		? `${blocker.workload}: ${blocker.reason}`
		: `${blocker.workload} — pod ${blocker.pod}: ${blocker.reason}`;
}

function facts(blocker: Blocker) {
	const all = [
		{ label: 'Variable', text: blocker.envKey },
		{ label: 'Image', text: blocker.image },
		{ label: 'Container', text: blocker.container },
		{ label: 'Kubernetes says', text: blocker.message === '' ? null : blocker.message },
	];
	return all.flatMap(({ label, text }) =>
		text === null ? [] : [{ label, value: label === 'Kubernetes says' ? text : <code>{text}</code> }],
	);
}
