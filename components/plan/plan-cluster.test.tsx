import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import type { Plan } from '@/lib/contracts/plans';
import { PlanCluster } from './plan-cluster';

type Preview = NonNullable<Plan['preview']>;

afterEach(cleanup);

const KEYS = ['API_KEY', 'LOG_LEVEL', 'REGION'];
const service = {
	workload: 'Deployment billing',
	container: 'service',
	image: 'ghcr.io/acme/billing:1.0',
	shadowed: [],
};

test('that every key reaches a container is one short line, with the keys behind it', () => {
	show([service]);

	expect(line(/service/)).toBe('All 3 keys reach service in Deployment billing, image ghcr.io/acme/billing:1.0.');
	expect(screen.queryByText(/nothing/)).toBeNull();
	expect(screen.getByText('Their names').closest('details')?.textContent).toContain('API_KEY, LOG_LEVEL, REGION');
});

test('a key that the chart sets itself is named where it does not arrive', () => {
	show([service, { ...service, container: 'worker', shadowed: ['LOG_LEVEL'] }]);

	expect(line(/worker/)).toBe(
		'2 of 3 keys reach worker in Deployment billing, image ghcr.io/acme/billing:1.0. LOG_LEVEL does not: the chart sets it itself there.',
	);
	expect(screen.queryByText(/reaches nothing/)).toBeNull();
});

test('a key that arrives nowhere stands out', () => {
	show([{ ...service, shadowed: ['LOG_LEVEL'] }]);

	expect(document.body.textContent).toContain('LOG_LEVEL reaches nothing: the chart sets it itself everywhere.');
});

test('so do all keys of a chart that starts no container', () => {
	show([]);

	expect(document.body.textContent).toContain(
		'API_KEY, LOG_LEVEL, REGION reach nothing: the chart starts no container.',
	);
});

test('changes of data, rights and the way in come before those of pods, whatever happens to them', () => {
	const resource = (action: Preview['resources'][number]['action'], kind: string) => ({
		action,
		kind,
		apiVersion: 'v1',
		namespace: 'khal',
		name: kind.toLowerCase(),
		restarts: false,
		fields: [],
		keys: [],
		problem: null,
		owner: null,
	});
	show(
		[service],
		[
			resource('unchanged', 'Ingress'),
			resource('delete', 'Deployment'),
			resource('create', 'Service'),
			resource('update', 'ClusterRole'),
			resource('delete', 'PersistentVolumeClaim'),
			resource('refused', 'StatefulSet'),
		],
	);
	const kinds = screen.getAllByRole('listitem').flatMap(({ textContent }) => {
		const found = /^(refused|deleted|created|changed|unchanged)([A-Z]\w+?) /.exec(textContent ?? '');
		return found === null ? [] : [`${found[1]} ${found[2]}`];
	});

	expect(kinds).toEqual([
		'refused StatefulSet',
		'deleted PersistentVolumeClaim',
		'changed ClusterRole',
		'deleted Deployment',
		'created Service',
		'unchanged Ingress',
	]);
});

function line(container: RegExp): string {
	return (
		screen.getAllByRole('listitem').find(({ textContent }) => container.test(textContent ?? ''))?.textContent ?? ''
	);
}

function show(injected: Preview['injected'], resources: Preview['resources'] = []): void {
	const preview: Preview = {
		resources,
		headline: 'No changes will happen to the cluster.',
		powers: [],
		keys: KEYS,
		injected,
		warnings: [],
		images: [],
		manifestDigest: 'sha256:m',
		helmRevision: 1,
	};
	render(<PlanCluster plan={{ preview, previewProblem: null, chart: null }} />);
}
