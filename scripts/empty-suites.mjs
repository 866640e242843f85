// A suite in which no test ran proves nothing, whatever its exit code says.

/** Which test files belong to which project of vitest.config.ts, by their path in the repository. */
const filesOf = {
	integration: /^test\/integration\//,
	contract: /^test\/contract\//,
	e2e: /^test\/e2e\//,
	dom: /^components\//,
	unit: /^(lib|app|scripts)\/|^test\/[^/]+$/,
};

/**
 * @param {readonly string[]} projects that were asked for
 * @param {readonly { name: string, assertionResults: readonly { status: string }[] }[]} testResults of Vitest's JSON report
 * @param {string} root of the repository, without a slash at its end
 * @returns {string[]} those of which no test has passed or failed
 */
export function emptySuites(projects, testResults, root) {
	const ran = testResults
		.filter(({ assertionResults }) => assertionResults.some(({ status }) => status === 'passed' || status === 'failed'))
		.map(({ name }) => name.slice(root.length + 1));
	return projects.filter((project) => !ran.some((file) => filesOf[project].test(file)));
}
