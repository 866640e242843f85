import { expect, test } from 'vitest';
import { buildHelmArgs, type HelmIntent } from './args';

const apply: HelmIntent = {
	kind: 'apply',
	mode: 'upgrade',
	release: 'hello',
	chartPath: '/run/chart.tgz',
	operationId: '0b8f6a1e-0000-4000-8000-000000000001',
	fence: 7,
	description: 'install 1.2.0',
	timeoutSeconds: 300,
	takeOwnership: false,
	forceConflicts: false,
};

test('an apply resets values, waits by watching, labels the record and takes values from stdin', () => {
	expect(buildHelmArgs(apply)).toEqual([
		'upgrade',
		'--install',
		'hello',
		'/run/chart.tgz',
		'-f',
		'-',
		'--reset-values',
		'--history-max',
		'20',
		'--wait=watcher',
		'--timeout',
		'300s',
		'--post-renderer',
		'packyard-inject',
		'--labels',
		'packyard.dev/operation=0b8f6a1e-0000-4000-8000-000000000001,packyard.dev/fence=7',
		'--description=install 1.2.0',
		'-o',
		'json',
		'--debug',
	]);
});

test('after a failed first install the same name is installed again, so that install hooks run', () => {
	const args = buildHelmArgs({ ...apply, mode: 'replace' });
	expect(args.slice(0, 2)).toEqual(['install', '--replace']);
	// helm install has neither flag and would refuse to start.
	expect(args).not.toContain('--reset-values');
	expect(args).not.toContain('--history-max');
});

test('taking over objects and fields happens only when asked for', () => {
	expect(buildHelmArgs(apply)).not.toContain('--take-ownership');
	const args = buildHelmArgs({ ...apply, takeOwnership: true, forceConflicts: true });
	expect(args).toEqual(expect.arrayContaining(['--take-ownership', '--force-conflicts']));
});

test('a description cannot become another argument or another line', () => {
	expect(buildHelmArgs({ ...apply, description: '--set a=b\nnext' })).toContain('--description=--set a=b next');
});

test.each(['-x', '--debug', '../x', 'a b', 'A', ''])('the release name %j is refused', (release) => {
	expect(() => buildHelmArgs({ ...apply, release })).toThrow(/not a name/);
});

test('rendering asks the cluster but writes nothing, and includes the CRDs of the chart', () => {
	const render = { kind: 'render', release: 'hello', chartPath: '/c.tgz', isUpgrade: true } as const;
	expect(buildHelmArgs({ ...render, offlineFor: null })).toEqual(
		expect.arrayContaining(['template', '--dry-run=server', '--include-crds', '--is-upgrade', '-f', '-']),
	);
	const offline = buildHelmArgs({ ...render, offlineFor: 'v1.35.0' });
	expect(offline).toEqual(expect.arrayContaining(['--dry-run=client', '--kube-version', 'v1.35.0']));
	expect(offline).not.toContain('--dry-run=server');
});

test('hooks of a removal are skipped only when that is asked for', () => {
	const intent = { kind: 'uninstall', release: 'hello', timeoutSeconds: 60 } as const;

	expect(buildHelmArgs({ ...intent, skipHooks: true })).toContain('--no-hooks');
	expect(buildHelmArgs({ ...intent, skipHooks: false })).not.toContain('--no-hooks');
});

test('an uninstall of something that is gone is a success', () => {
	expect(buildHelmArgs({ kind: 'uninstall', release: 'hello', timeoutSeconds: 60, skipHooks: false })).toEqual([
		'uninstall',
		'hello',
		'--ignore-not-found',
		'--wait=watcher',
		'--timeout',
		'60s',
		'--debug',
	]);
});
