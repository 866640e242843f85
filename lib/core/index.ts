/** Layer 0: the words everything else is written in. Isomorphic; imports nothing. */
export type { ErrorCode, InvalidParam } from './errors';
export { AppError, isAppError, messageOf, statusByCode } from './errors';
export { assertNever } from './exhaustive';
export { at, isRecord, listAt, own, textAt } from './json';
export { CREDENTIAL_PARAMETER, formsOf, redact, Secret } from './secret';

/** Time comes in from outside so that decisions stay pure and tests can move it. */
export type Clock = () => Date;
