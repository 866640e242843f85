/** What can be installed: sources, packs and versions, with the last good state and the last error beside it. */
export { deprecationsOf } from './deprecations';
export { compareVersions } from './order';
export type { Catalog, ManagedSource } from './service';
export { createCatalog } from './service';
export type { StoredPack, StoredVersion } from './store';
