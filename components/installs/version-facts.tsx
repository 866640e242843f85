import type { InstallStatus } from '@/lib/contracts/installs';

/** Both facts: one version while they agree, otherwise what was asked for and what runs. */
export function VersionFacts({ status }: { status: Pick<InstallStatus, 'desiredVersion' | 'runningVersion'> }) {
	const { desiredVersion, runningVersion } = status;
	if (desiredVersion === runningVersion) {
		return <span className="whitespace-nowrap tabular-nums">{runningVersion ?? 'Nothing'}</span>;
	}
	return (
		<span className="grid gap-0.5 whitespace-nowrap tabular-nums">
			<span>
				<span className="text-muted">running</span> {runningVersion ?? 'nothing'}
			</span>
			<span>
				<span className="text-muted">wanted</span> {desiredVersion ?? 'nothing'}
			</span>
		</span>
	);
}
