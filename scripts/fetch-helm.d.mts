/** Types of fetch-helm.mjs, which is plain JavaScript so that it runs before anything is installed. */
export type Helm = { path: string; version: string; source: 'setting' | 'PATH' | 'fetched' };
export type FindOptions = { dest?: string; helmBin?: string; searchPath?: string };
export function findHelm(options?: FindOptions): Promise<Helm | null>;
export function ensureHelm(options?: FindOptions & { log?: (line: string) => void }): Promise<Helm>;
