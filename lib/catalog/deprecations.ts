import type { FrontendArtifact } from '@/lib/contracts/packs';

/** npm's own word when the publisher gave no text. */
const NO_TEXT = 'deprecated';

/** What the publisher says about the frontends of a version, one sentence each; empty = none is deprecated. Pure. */
export function deprecationsOf(
	frontends: readonly Pick<FrontendArtifact, 'package' | 'version' | 'deprecated'>[],
): string[] {
	return frontends.flatMap(({ package: name, version, deprecated }) => {
		if (deprecated === null) return [];
		const said = deprecated.trim() === NO_TEXT ? '.' : `: “${deprecated.trim()}”`;
		return [`The publisher deprecated ${name} ${version}${said}`];
	});
}
