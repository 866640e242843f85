/** A bar with words: what is happening and how far it is. */
export function Progress({ words, value, max }: { words: string; value: number; max: number }) {
	return (
		<div className="grid gap-1.5 text-sm">
			<div className="flex justify-between gap-3">
				<span className="min-w-0 truncate">{words}</span>
				<span className="shrink-0 text-muted tabular-nums">
					{value} of {max}
				</span>
			</div>
			<progress
				aria-label={words}
				value={value}
				max={Math.max(max, 1)}
				className="h-1.5 w-full appearance-none overflow-hidden rounded-full bg-raised [&::-moz-progress-bar]:bg-copper [&::-webkit-progress-bar]:bg-raised [&::-webkit-progress-value]:bg-copper"
			/>
		</div>
	);
}
