'use client';

import { useEffect, useRef, useState } from 'react';
import { CopyButton } from '@/components/ui/copy-button';
import { cx } from '@/components/ui/cx';
import { Select } from '@/components/ui/select';
import { Switch } from '@/components/ui/switch';
import type { OperationLine } from '@/lib/contracts/operations';

type Level = OperationLine['level'];

const levels: readonly Level[] = ['debug', 'info', 'warn', 'error'];

const filters = [
	{ value: 'debug', text: 'Everything' },
	{ value: 'info', text: 'Without debug lines' },
	{ value: 'warn', text: 'Warnings and errors' },
	{ value: 'error', text: 'Errors' },
] as const satisfies readonly { value: Level; text: string }[];

const levelLook = {
	debug: 'text-faint',
	info: 'text-muted',
	warn: 'text-warning',
	error: 'text-danger',
} satisfies Record<Level, string>;

type OperationLogProps = { lines: readonly OperationLine[]; defaultOpen?: boolean };

/** Every line of the operation, folded away until somebody wants it. */
export function OperationLog({ lines, defaultOpen = false }: OperationLogProps) {
	const [least, setLeast] = useState<Level>('info');
	const [follow, setFollow] = useState(true);
	const shown = lines.filter((line) => levels.indexOf(line.level) >= levels.indexOf(least));
	return (
		<details open={defaultOpen} className="group rounded-card border border-line bg-surface">
			<summary className="flex items-center gap-2 rounded-card px-5 py-3.5 text-[15px] font-semibold">
				<span aria-hidden className="text-muted transition-transform group-open:rotate-90">
					›
				</span>
				Technical detail
				<span className="text-sm font-normal text-muted tabular-nums">
					{lines.length === 1 ? '1 line' : `${lines.length} lines`}
				</span>
			</summary>
			<div className="flex flex-wrap items-center gap-x-4 gap-y-2 border-t border-line px-5 py-2.5">
				<Select
					aria-label="Which lines"
					className="w-52"
					value={least}
					onChange={(event) => setLeast(levels.find((level) => level === event.target.value) ?? 'info')}
				>
					{filters.map((filter) => (
						<option key={filter.value} value={filter.value}>
							{filter.text}
						</option>
					))}
				</Select>
				<Switch label="Follow new lines" checked={follow} onChange={(event) => setFollow(event.target.checked)} />
				<CopyButton text={shown.map(asText).join('\n')} label="these lines" className="ml-auto" />
			</div>
			<Lines lines={shown} hidden={lines.length - shown.length} follow={follow} onLeave={() => setFollow(false)} />
		</details>
	);
}

type LinesProps = { lines: readonly OperationLine[]; hidden: number; follow: boolean; onLeave: () => void };

function Lines({ lines, hidden, follow, onLeave }: LinesProps) {
	const box = useRef<HTMLDivElement>(null);
	const newest = lines.at(-1)?.id;
	useEffect(() => {
		if (!follow || newest === undefined || !box.current) return;
		box.current.scrollTop = box.current.scrollHeight;
	}, [follow, newest]);

	/** Scrolling up means reading: stop pulling the reader down. A wheel or key, never our own scrolling, ends following. */
	function leaveWhenUp() {
		const element = box.current;
		if (!element) return;
		if (element.scrollHeight - element.scrollTop - element.clientHeight > 48) onLeave();
	}

	if (lines.length === 0) {
		return (
			<p className="px-5 pb-4 text-sm text-muted">
				{hidden === 0 ? 'No line has been written yet.' : `No line of this level; ${hidden} others are hidden.`}
			</p>
		);
	}
	return (
		<section
			ref={box}
			aria-label="Lines of the operation"
			// biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard (axe: scrollable-region-focusable)
			tabIndex={0}
			onWheel={leaveWhenUp}
			onKeyUp={leaveWhenUp}
			onTouchMove={leaveWhenUp}
			className="max-h-[28rem] overflow-auto border-t border-line bg-sunken px-5 py-3 font-mono text-xs leading-5 focus-visible:-outline-offset-2"
		>
			{lines.map((line) => (
				<div key={line.id} className="flex gap-3">
					<time dateTime={line.at} className="shrink-0 text-faint tabular-nums">
						{clock(line.at)}
					</time>
					<span className={cx('min-w-0 break-words whitespace-pre-wrap', levelLook[line.level])}>
						{levelWord(line)}
						{line.text}
					</span>
				</div>
			))}
		</section>
	);
}

/** Colour alone tells nobody; a tool that says "Error:" itself need not be helped. */
function levelWord({ level, text }: OperationLine): string {
	const word = { debug: '', info: '', warn: 'Warning: ', error: 'Error: ' }[level];
	return text.toLowerCase().startsWith(word.trim().toLowerCase()) ? '' : word;
}

function asText(line: OperationLine): string {
	return `${line.at} ${line.level} ${line.step ?? '-'} ${line.text}`;
}

/** 14:05:09 in the reader's own zone: lines are compared with the clock on the wall. */
function clock(at: string): string {
	return new Date(at).toLocaleTimeString('en-GB');
}
