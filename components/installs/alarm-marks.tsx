import { CircleHelp, TriangleAlert } from 'lucide-react';
import type { InstallSummary } from '@/lib/contracts/installs';
import { alarmWords, isUrgent } from './alarm-words';

/** Beside the version in a list: a few words, the sentence on hover. */
export function AlarmMarks({ alarms }: Pick<InstallSummary, 'alarms'>) {
	return alarms.map((alarm) => {
		const Icon = isUrgent(alarm) ? TriangleAlert : CircleHelp;
		return (
			<span
				key={alarm.id}
				title={alarm.sentence}
				className={`inline-flex items-center gap-1.5 text-[13px] whitespace-nowrap ${toneOf[alarmWords[alarm.kind].tone]}`}
			>
				<Icon aria-hidden className="size-3.5 shrink-0" />
				{alarmWords[alarm.kind].mark}
			</span>
		);
	});
}

const toneOf = { danger: 'text-danger', warning: 'text-warning', info: 'text-muted' } as const;
