import { RotateCcw } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from '@/components/ui/button';
import type { EnvControlProps } from './control-props';
import type { SecretChoice } from './env-answers';

type StoredProps = Pick<EnvControlProps, 'field' | 'id' | 'describedBy'> & {
	choice: Exclude<SecretChoice, 'replace'>;
	onChoose: (choice: SecretChoice) => void;
	/** What is known of it, in words. Never the value itself. */
	children: ReactNode;
};

/** In place of an input: a value that is stored, cannot be shown, and stays or goes unless somebody replaces it. */
export function StoredValue({ field, id, describedBy, choice, onChoose, children }: StoredProps) {
	if (choice === 'remove') {
		return (
			<div className="flex min-h-9 flex-wrap items-center justify-between gap-2 rounded-control border border-dashed border-warning/50 px-3 py-1.5 text-sm">
				<span>Will be removed with this change.</span>
				<KeepCurrent field={field} onChoose={onChoose} />
			</div>
		);
	}
	return (
		<div className="flex min-h-9 flex-wrap items-center gap-x-3 gap-y-2 rounded-control border border-dashed border-line-strong px-3 py-1.5">
			<span className="min-w-0 flex-1 text-sm text-muted">{children}</span>
			<span className="flex gap-2">
				<Button
					size="small"
					id={id}
					aria-label={`Replace ${field.key}`}
					aria-describedby={describedBy}
					onClick={() => onChoose('replace')}
				>
					Replace
				</Button>
				{field.required ? null : (
					<Button size="small" variant="quiet" aria-label={`Remove ${field.key}`} onClick={() => onChoose('remove')}>
						Remove
					</Button>
				)}
			</span>
		</div>
	);
}

/** The way back from replacing or removing. */
export function KeepCurrent({ field, onChoose }: Pick<StoredProps, 'field' | 'onChoose'>) {
	return (
		<Button
			size="small"
			variant="quiet"
			icon={<RotateCcw aria-hidden />}
			aria-label={`Keep current ${field.key}`}
			onClick={() => onChoose('keep')}
		>
			Keep current
		</Button>
	);
}
