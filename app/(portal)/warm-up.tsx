'use client';

import { useEffect } from 'react';

/** Pointing at a link, or reaching it by keyboard, fetches the screen behind it: it is there before the click arrives. */
export function WarmUp() {
	useEffect(() => {
		document.addEventListener('pointerover', warmUp, { passive: true });
		document.addEventListener('focusin', warmUp);
		return () => {
			document.removeEventListener('pointerover', warmUp);
			document.removeEventListener('focusin', warmUp);
		};
	}, []);
	return null;
}

/** The screens of `screens.tsx` by address; a page that is missing here only opens one request later. */
const screens: readonly (readonly [address: RegExp, load: () => Promise<unknown>])[] = [
	[/^\/$/, () => import('@/components/home/home-page')],
	[/^\/packs$/, () => import('@/components/packs/packs-page')],
	[/^\/packs\/[^/]+$/, () => import('@/components/packs/pack-page')],
	[/^\/packs\/[^/]+\/install$/, () => import('@/components/packs/install-page')],
	[/^\/installs$/, () => import('@/components/installs/installs-page')],
	[/^\/installs\/upgrades$/, () => import('@/components/installs/upgrades-page')],
	[/^\/installs\/[^/]+$/, () => import('@/components/installs/install-page')],
	[/^\/installs\/[^/]+\/(upgrade|configure)$/, () => import('@/components/upgrade/change-page')],
	[/^\/installs\/[^/]+\/remove$/, () => import('@/components/upgrade/remove-page')],
	[/^\/installs\/[^/]+\/rollback$/, () => import('@/components/upgrade/rollback-page')],
	[/^\/operations$/, () => import('@/components/operations/operations-page')],
	[/^\/operations\/[^/]+$/, () => import('@/components/operations/operation-page')],
	[/^\/audit$/, () => import('@/components/audit/audit-view')],
	[/^\/settings$/, () => import('@/components/settings/settings-page')],
	[/^\/settings\/policy$/, () => import('@/components/settings/policy-page')],
	[/^\/settings\/sources\/new$/, () => import('@/components/settings/add-source-page')],
	[/^\/settings\/sources\/import$/, () => import('@/components/settings/import-bundle-page')],
	[/^\/settings\/sources\/[^/]+$/, () => import('@/components/settings/source-page')],
	[/^\/settings\/sources\/[^/]+\/edit$/, () => import('@/components/settings/edit-source-page')],
];

function warmUp({ target }: Event): void {
	const link = target instanceof Element ? target.closest('a') : null;
	if (link === null || link.origin !== window.location.origin) return;
	const load = screens.find(([address]) => address.test(link.pathname))?.[1];
	// When it cannot be fetched now, opening it will try again and say so.
	load?.().catch(() => {});
}
