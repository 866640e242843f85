/** The mark and the name; decoration next to the page's own heading. */
export function Brand() {
	return (
		<span className="inline-flex items-center gap-2.5 text-[15px] font-semibold tracking-tight">
			<svg
				aria-hidden="true"
				viewBox="0 0 32 32"
				className="size-6 shrink-0 text-copper"
				fill="none"
				stroke="currentColor"
			>
				<path d="M16 4 27 10v12L16 28 5 22V10L16 4Z" strokeWidth="2.25" strokeLinejoin="round" />
				<path d="m5 10 11 6 11-6M16 16v12" strokeWidth="2.25" strokeLinejoin="round" />
			</svg>
			Packyard
		</span>
	);
}
