/**
 * The manifest of a pack and its environment contract: reading, asking, comparing. Pure and isomorphic (browser and
 * server): no I/O, no clock.
 *
 * The face is wider than ten values because three screens, the API, the CLI and the worker must decide with the very
 * same functions: two groups, data shapes (zod) and one verb per question people ask.
 */
export { answerSchema, checkAnswers, checkTypes, isNarrower, normaliseAnswer } from './answers';
export { contractBadge } from './badge';
export { ContractChange, ContractDiff, Verdict } from './change';
export type { ContractStep } from './diff';
export { diffContract } from './diff';
export type { FormField } from './form';
export { formFields } from './form';
export { installability } from './installability';
export { lintContract } from './lint';
export { upgradeMatrix } from './matrix';
export { explainChange } from './messages';
export { parseManifest } from './parse';
export type { PasteWarning } from './paste';
export { pasteWarnings } from './paste';
export { describePermission } from './permissions';
export { EnvVar, EnvVarType, Manifest, ManifestNote } from './schema';
export { containsCredential, hasHiddenPart, hideCredentials } from './secrecy';
export { isSecretVar } from './secret-var';
export { resolveEnvironment } from './values';
