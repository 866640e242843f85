// `npm test` and its sisters: the same set-up as `npm start`, then Vitest. Ends with one plain line of counts.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emptySuites } from './empty-suites.mjs';
import { quietEnv, root, setUp } from './setup.mjs';

const suites = {
	'': { projects: ['unit', 'dom', 'integration'], build: false },
	'--e2e': { projects: ['e2e'], build: true },
	'--contract': { projects: ['contract'], build: false },
};

const flag = process.argv.slice(2).find((argument) => argument in suites) ?? '';
const rest = process.argv.slice(2).filter((argument) => argument !== flag);
const { projects, build } = suites[flag];

try {
	const { helm, helmProblem } = await setUp({ build });
	if (helm === null) console.log(`Tests that need Helm will fail: ${helmProblem}`);
	process.exitCode = await runVitest(helm?.path);
} catch (error) {
	console.error(error.message);
	process.exitCode = 1;
}

async function runVitest(helmBin) {
	const folder = mkdtempSync(join(tmpdir(), 'packyard-test-'));
	const report = join(folder, 'report.json');
	const args = [
		'run',
		...projects.flatMap((name) => ['--project', name]),
		'--reporter=default',
		'--reporter=json',
		`--outputFile.json=${report}`,
		...rest,
	];
	try {
		const code = await new Promise((resolve, reject) => {
			const child = spawn(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), ...args], {
				cwd: root,
				stdio: 'inherit',
				env: { ...process.env, ...quietEnv, ...(helmBin === undefined ? {} : { HELM_BIN: helmBin }) },
			});
			child.on('error', reject);
			child.on('close', (exit) => resolve(exit ?? 1));
		});
		const { numPassedTests, numFailedTests, numPendingTests, testResults } = JSON.parse(readFileSync(report, 'utf8'));
		console.log(`${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests} skipped`);
		// Whoever names files or tests has chosen; without that, every suite has to run.
		const empty = rest.length === 0 ? emptySuites(projects, testResults, root) : [];
		if (code === 0 && (numPassedTests === 0 || empty.length > 0)) {
			console.error(`No test was run${empty.length === 0 ? '' : ` in: ${empty.join(', ')}`}.`);
			return 1;
		}
		return code;
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}
