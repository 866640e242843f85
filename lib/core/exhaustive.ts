/** Marks a branch the compiler proves unreachable; throws if foreign data got there anyway. */
export function assertNever(value: never): never {
	throw new Error(`Unhandled case: ${JSON.stringify(value)}`);
}
