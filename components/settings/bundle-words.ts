/** What a source is called after the file it comes from: `packs-2026-11.tar` → `packs-2026-11`. */
export function bundleName(fileName: string): string {
	return (
		fileName
			.replace(/\.tar$/i, '')
			.trim()
			.slice(0, 100) || fileName.slice(0, 100)
	);
}

/** Bytes as people say them: `512 kB`, `31.5 MB`. */
export function sizeWords(bytes: number): string {
	const steps = [
		['kB', 1_000],
		['MB', 1_000_000],
		['GB', 1_000_000_000],
	] as const;
	const [unit, size] = steps.findLast(([, least]) => bytes >= least) ?? steps[0];
	const value = bytes / size;
	return `${value >= 100 || unit === 'kB' ? Math.max(1, Math.round(value)) : Math.round(value * 10) / 10} ${unit}`;
}
