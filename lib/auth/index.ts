/**
 * Who is asking and what they may do: sessions (better-auth), the runner's token, the first owner, and the table of
 * roles. Says nothing about routes; `lib/http` applies it.
 */
export type { Actor, RunnerActor, UserActor } from './actor';
export { isSameOrigin } from './origin';
export { permissionsOf, roleFor } from './permissions';
export type { Auth, AuthOptions } from './service';
export { createAuth } from './service';
export type { Setup } from './setup';
export { createSetup } from './setup';
