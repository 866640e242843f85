/** Installs, revisions and operations: the row is the queue, the plan is what is executed, the status is derived. */
export type { Installs } from './service';
export { createInstalls } from './service';
export type { Worker } from './worker';
export { createWorker } from './worker';
