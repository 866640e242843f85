import type { EnvVar } from './schema';

/** True when the value is delivered through the Secret, whatever its type. Apart from the schemas: screens need only this. */
export function isSecretVar(variable: Pick<EnvVar, 'storage'>): boolean {
	return variable.storage === 'vault';
}
