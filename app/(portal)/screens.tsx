'use client';

import dynamic from 'next/dynamic';

/**
 * The screens of this part of the portal. Their code is not what a page waits for: the server draws them, the frame answers
 * first, and they follow (docs/decisions/2026-11-21-what-a-page-loads-first.md). In app/ because it names every feature.
 */
export const AddSourcePage = dynamic(() =>
	import('@/components/settings/add-source-page').then((part) => part.AddSourcePage),
);
export const AuditView = dynamic(() => import('@/components/audit/audit-view').then((part) => part.AuditView));
export const ConfigurePage = dynamic(() =>
	import('@/components/upgrade/change-page').then((part) => part.ConfigurePage),
);
export const EditSourcePage = dynamic(() =>
	import('@/components/settings/edit-source-page').then((part) => part.EditSourcePage),
);
export const HomePage = dynamic(() => import('@/components/home/home-page').then((part) => part.HomePage));
export const ImportBundlePage = dynamic(() =>
	import('@/components/settings/import-bundle-page').then((part) => part.ImportBundlePage),
);
export const InstallPackPage = dynamic(() =>
	import('@/components/packs/install-page').then((part) => part.InstallPage),
);
export const InstallPage = dynamic(() => import('@/components/installs/install-page').then((part) => part.InstallPage));
export const InstallsPage = dynamic(() =>
	import('@/components/installs/installs-page').then((part) => part.InstallsPage),
);
export const OperationPage = dynamic(() =>
	import('@/components/operations/operation-page').then((part) => part.OperationPage),
);
export const OperationsPage = dynamic(() =>
	import('@/components/operations/operations-page').then((part) => part.OperationsPage),
);
export const PackPage = dynamic(() => import('@/components/packs/pack-page').then((part) => part.PackPage));
export const PacksPage = dynamic(() => import('@/components/packs/packs-page').then((part) => part.PacksPage));
export const PolicyPage = dynamic(() => import('@/components/settings/policy-page').then((part) => part.PolicyPage));
export const RemovePage = dynamic(() => import('@/components/upgrade/remove-page').then((part) => part.RemovePage));
export const RollbackPage = dynamic(() =>
	import('@/components/upgrade/rollback-page').then((part) => part.RollbackPage),
);
export const SettingsPage = dynamic(() =>
	import('@/components/settings/settings-page').then((part) => part.SettingsPage),
);
export const SourcePage = dynamic(() => import('@/components/settings/source-page').then((part) => part.SourcePage));
export const UpgradePage = dynamic(() => import('@/components/upgrade/change-page').then((part) => part.UpgradePage));
export const UpgradesPage = dynamic(() =>
	import('@/components/installs/upgrades-page').then((part) => part.UpgradesPage),
);

export const WarmUp = dynamic(() => import('./warm-up').then((part) => part.WarmUp));
