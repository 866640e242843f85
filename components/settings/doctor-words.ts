import { CircleAlert, CircleCheck, CircleDashed, CircleMinus, type LucideIcon, TriangleAlert } from 'lucide-react';
import type { Tone } from '@/components/ui/tone';
import type { DoctorReport, DoctorStep } from '@/lib/contracts/sources';

export const stepTitles = {
	dns: 'Name lookup (DNS)',
	tls: 'Secure connection (TLS)',
	ping: 'Registry answers',
	realm: 'Where tokens come from',
	listing: 'List of packs',
	token: 'Credential',
	tags: 'Versions (tags)',
	manifest: 'Manifest',
	blob: 'Content (blobs)',
	referrers: 'Attached files (referrers)',
	npm: 'Frontend packages (npm)',
	store: 'Stored bundle',
} satisfies Record<DoctorStep['step'], string>;

type Look = { Icon: LucideIcon; tone: Tone; word: string };

export const resultLooks = {
	ok: { Icon: CircleCheck, tone: 'success', word: 'OK' },
	warn: { Icon: TriangleAlert, tone: 'warning', word: 'Warning' },
	fail: { Icon: CircleAlert, tone: 'danger', word: 'Failed' },
	skipped: { Icon: CircleMinus, tone: 'neutral', word: 'Skipped' },
	waiting: { Icon: CircleDashed, tone: 'neutral', word: 'Waiting' },
} satisfies Record<DoctorStep['result'] | 'waiting', Look>;

/** The report in one sentence, with where to begin. */
export function verdict({ steps }: DoctorReport): string {
	const failed = steps.filter(({ result }) => result === 'fail');
	const warned = steps.filter(({ result }) => result === 'warn');
	const [first] = failed;
	if (first) {
		const count = failed.length === 1 ? '1 check failed' : `${failed.length} checks failed`;
		return `${count}. Begin with “${stepTitles[first.step]}”; later ones may follow from it.`;
	}
	if (warned.length > 0)
		return warned.length === 1 ? 'It works, with 1 warning.' : `It works, with ${warned.length} warnings.`;
	return 'Everything that was checked works.';
}

/** The report as plain text, to be sent to whoever runs the registry. It never holds a credential. */
export function reportText(report: DoctorReport): string {
	return report.steps
		.map(({ step, result, code, detail, nextStep }) =>
			[
				`[${resultLooks[result].word}] ${stepTitles[step]}${code ? ` (${code})` : ''}: ${detail}`,
				nextStep && `    → ${nextStep}`,
			]
				.filter(Boolean)
				.join('\n'),
		)
		.join('\n');
}
