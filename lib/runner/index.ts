/**
 * The one door to a cluster (DESIGN section 1, rule 5): environments, Helm runs, rollout watching, previews, leak scan.
 * Only `app/api/runner/*` uses it, through the runtime; everything else talks to those routes with `runner/client`.
 */
export type { Runner } from './api';
export { connectFromKubeconfig, connectInCluster } from './kube/connection';
export { createRunner } from './service';
