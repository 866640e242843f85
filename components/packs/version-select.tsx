import { Field } from '@/components/ui/field';
import { Select } from '@/components/ui/select';
import type { VersionSummary } from '@/lib/contracts/packs';

type VersionSelectProps = { versions: readonly VersionSummary[]; chosen: string; onChoose: (version: string) => void };

/** Every version that can be installed, and the chosen one whatever it is. */
export function VersionSelect({ versions, chosen, onChoose }: VersionSelectProps) {
	const offered = versions.filter(({ version, installable }) => installable || version === chosen);
	return (
		<Field label="Version">
			{(control) => (
				<Select {...control} value={chosen} onChange={(event) => onChoose(event.target.value)}>
					{offered.map(({ version, prerelease }) => (
						<option key={version} value={version}>
							{prerelease ? `${version} (prerelease)` : version}
						</option>
					))}
				</Select>
			)}
		</Field>
	);
}
