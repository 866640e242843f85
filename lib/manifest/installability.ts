import type { ReasonCode } from './catalogue';
import { type Locale, reasonSentence } from './messages';
import type { Frontend, Manifest } from './schema';

export type Installability = { installable: boolean; reasons: string[] };

/**
 * Can this pack be installed by Helm and the shell, and if not, why: one sentence per reason. `chartFound` tells that a
 * chart is known although the manifest names none. Blockers of the reader come on top; they are not repeated here.
 */
export function installability(
	manifest: Manifest,
	{ chartFound = false, locale = 'en' }: { chartFound?: boolean; locale?: Locale } = {},
): Installability {
	const reasons = reasonsAgainst(manifest, chartFound).map((code) => reasonSentence(locale, code));
	return { installable: reasons.length === 0, reasons };
}

function reasonsAgainst(manifest: Manifest, chartFound: boolean): ReasonCode[] {
	const reasons: ReasonCode[] = manifest.id === '' ? ['id-missing'] : [];
	const hasChart = chartFound || (manifest.backend?.helmChart ?? null) !== null;
	if (hasChart) return reasons;
	if (manifest.backend) return [...reasons, 'backend-without-chart'];
	// A frontend alone would load and then find nobody to talk to.
	if (manifest.services.length > 0) return [...reasons, 'services-without-backend'];
	if (manifest.frontends.some(isReachable)) return reasons;
	if (manifest.shape === 'bundle') return [...reasons, 'bundle-empty'];
	return [...reasons, manifest.frontends.length > 0 ? 'frontend-unreachable' : 'manifest-only'];
}

function isReachable(frontend: Frontend): boolean {
	return frontend.package !== null || frontend.bundleUrl !== null;
}
