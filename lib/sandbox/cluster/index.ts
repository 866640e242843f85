/**
 * A small Kubernetes API in this process, into which the real Helm installs. It plays API server, controllers, scheduler
 * and kubelet well enough for Helm's waits and for the runner; it runs nothing. Objects are kept in memory and in one file.
 */
export type { Cluster, ClusterOptions } from './cluster';
export { startCluster } from './cluster';
