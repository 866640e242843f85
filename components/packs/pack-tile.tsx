/** A placeholder for the icon, which lives in the publisher's repository and is never loaded from there. */
export function PackTile({ name, large = false }: { name: string; large?: boolean }) {
	return (
		<span
			aria-hidden
			className={`grid shrink-0 place-items-center rounded-[10px] border border-line bg-raised font-semibold text-copper-text ${large ? 'size-14 text-xl' : 'size-10 text-sm'}`}
		>
			{[...name.trim()][0]?.toUpperCase() ?? '?'}
		</span>
	);
}
