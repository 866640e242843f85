'use client';

import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { cx } from './cx';

type CopyState = 'idle' | 'copied' | 'failed';

const words: Record<CopyState, string> = {
	idle: '',
	copied: 'Copied',
	failed: 'Could not copy: select the text instead',
};

/** Copies `text`; says so in words for two seconds. `label` names what is copied. */
export function CopyButton({ text, label, className }: { text: string; label: string; className?: string }) {
	const [state, setState] = useState<CopyState>('idle');
	useEffect(() => {
		if (state === 'idle') return;
		const timer = setTimeout(() => setState('idle'), 2000);
		return () => clearTimeout(timer);
	}, [state]);

	async function copy() {
		try {
			await navigator.clipboard.writeText(text);
			setState('copied');
		} catch {
			// Refused without https or by policy; the text is on the page and can be selected.
			setState('failed');
		}
	}

	return (
		<span className={cx('inline-flex items-center gap-1', className)}>
			<button
				type="button"
				aria-label={`Copy ${label}`}
				title={`Copy ${label}`}
				onClick={() => void copy()}
				className="inline-flex size-7 items-center justify-center rounded-md text-muted hover:bg-raised hover:text-ink"
			>
				{state === 'copied' ? (
					<Check aria-hidden className="size-3.5 text-success" />
				) : (
					<Copy aria-hidden className="size-3.5" />
				)}
			</button>
			<span role="status" className={state === 'failed' ? 'text-xs text-danger' : 'sr-only'}>
				{words[state]}
			</span>
		</span>
	);
}
