type TestFile = { name: string; assertionResults: readonly { status: string }[] };

/** Those of the asked-for Vitest projects of which no test ran; `testResults` is that of Vitest's JSON report. */
export function emptySuites(projects: readonly string[], testResults: readonly TestFile[], root: string): string[];
