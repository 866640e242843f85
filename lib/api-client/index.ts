/**
 * The portal's HTTP API as typed functions and TanStack queries: the one data path of browser and CLI. Every answer is
 * parsed by its contract; every failure is an `ApiError`. Isomorphic: nothing here knows the server.
 */
export { api, createApi } from './client';
export { ApiError } from './problem';
export { accountQueries } from './queries/account';
export { auditQueries } from './queries/audit';
export { installQueries } from './queries/installs';
export { operationQueries } from './queries/operations';
export { packQueries } from './queries/packs';
export { policyQueries } from './queries/policy';
export { sourceQueries } from './queries/sources';
export { newRequestId } from './request-id';
