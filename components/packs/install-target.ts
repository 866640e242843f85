import type { InstallSummary } from '@/lib/contracts/installs';
import { NamespaceName, ReleaseName } from '@/lib/contracts/names';

export type Target = { namespace: string; release: string };
export type TargetProblems = { namespace: string | null; release: string | null };

/** Where a first install goes when nothing else is known. */
const FIRST_NAMESPACE = 'khal';
/** Helm's limit for release names. */
const LONGEST_RELEASE = 53;

/**
 * Where to suggest installing: next to the other packs, because packs reach each other by short host names, under a
 * name that is still free there.
 */
export function suggestTarget(
	slug: string,
	installs: readonly Pick<InstallSummary, 'namespace' | 'release'>[],
): Target {
	const namespace = mostCommon(installs.map((install) => install.namespace)) ?? FIRST_NAMESPACE;
	const taken = new Set(
		installs.filter((install) => install.namespace === namespace).map((install) => install.release),
	);
	const base = releaseName(slug);
	for (let number = 1; ; number += 1) {
		const suffix = number === 1 ? '' : `-${number}`;
		const release = base.slice(0, LONGEST_RELEASE - suffix.length).replace(/-+$/, '') + suffix;
		if (!taken.has(release)) return { namespace, release };
	}
}

/** One sentence per name that Kubernetes or Helm would refuse. */
export function checkTarget(target: Target): TargetProblems {
	return {
		namespace: problemOf(NamespaceName.safeParse(target.namespace), 'Enter a namespace.', target.namespace),
		release: problemOf(ReleaseName.safeParse(target.release), 'Enter a release name.', target.release),
	};
}

type Checked = { success: boolean; error?: { issues: readonly { message: string }[] } };

function problemOf(checked: Checked, whenEmpty: string, value: string): string | null {
	if (checked.success) return null;
	return value === '' ? whenEmpty : (checked.error?.issues[0]?.message ?? 'Not usable.');
}

/** `terminal` and `pack-terminal` both become `pack-terminal`, as the charts are called. */
function releaseName(slug: string): string {
	const name = slug
		.toLowerCase()
		.replace(/[^a-z0-9-]+/g, '-')
		.replace(/^-+|-+$/g, '');
	return name.startsWith('pack-') ? name : `pack-${name}`.replace(/-+$/, '');
}

function mostCommon(names: readonly string[]): string | null {
	const counts = new Map<string, number>();
	for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
	return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? null;
}
