/**
 * The pretend world of the embedded default: GitHub, GHCR, npm and a Kubernetes API on loopback ports, with example
 * packs. Known only to configuration and one line of the composition root; shares no code with the real clients.
 */
export { examplePacks } from './packs';
export type { PackDefinition } from './packs/definition';
export type { SandboxRegistries } from './registries';
export { startRegistries } from './registries';
export type { Sandbox } from './server';
export { startSandbox } from './server';
