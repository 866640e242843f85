import { createServer, type RequestListener } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { createKubeClient } from './client';
import { connectFromKubeconfig } from './connection';
import { refusalOf } from './errors';

const closing: (() => unknown)[] = [];
afterEach(async () => {
	for (const close of closing.splice(0)) await close();
});

async function clientOf(listener: RequestListener) {
	const server = createServer(listener);
	await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
	const address = server.address();
	const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
	const text = JSON.stringify({
		'current-context': 'x',
		clusters: [{ name: 'c', cluster: { server: url } }],
		users: [{ name: 'u', user: { token: 'tok-12345' } }],
		contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
	});
	const kube = createKubeClient(await connectFromKubeconfig({ text }));
	closing.push(
		() => kube.close(),
		() => server.close(),
	);
	return kube;
}

test('lists follow every page and give items their kind', async () => {
	const kube = await clientOf((request, response) => {
		const second = request.url?.includes('continue=next');
		response.end(
			JSON.stringify({
				kind: 'PodList',
				apiVersion: 'v1',
				metadata: second ? {} : { continue: 'next' },
				items: [{ metadata: { name: second ? 'b' : 'a' } }],
			}),
		);
	});
	const pods = await kube.list('/api/v1/pods', { labels: 'a=b' });
	expect(pods.map(({ kind, apiVersion, metadata }) => [kind, apiVersion, metadata.name])).toEqual([
		['Pod', 'v1', 'a'],
		['Pod', 'v1', 'b'],
	]);
});

test('a token is never sent in clear text', async () => {
	const kube = await clientOf((request, response) => {
		response.end(JSON.stringify({ gitVersion: `auth:${request.headers.authorization ?? 'none'}` }));
	});
	expect(await kube.version()).toBe('auth:none');
});

test.each([
	[401, 'upstream_forbidden'],
	[403, 'upstream_forbidden'],
	[409, 'conflict'],
	[422, 'upstream_invalid'],
	[429, 'cluster_unreachable'],
	[500, 'cluster_unreachable'],
] as const)('HTTP %i becomes %s with the words of the server', async (status, code) => {
	const kube = await clientOf((_, response) => {
		response.writeHead(status);
		response.end(JSON.stringify({ kind: 'Status', message: 'quota says no', reason: 'X' }));
	});
	const error = await kube.create('/api/v1/namespaces', {}).catch((cause: unknown) => cause);
	expect(error).toMatchObject({ code });
	expect(refusalOf(error)).toEqual({ status, reason: 'X', message: 'quota says no' });
});

test('only a 404 means that it is not there', async () => {
	const answers = [404, 403];
	const kube = await clientOf((_, response) => {
		response.writeHead(answers.shift() ?? 500);
		response.end('{}');
	});
	expect(await kube.find('/api/v1/namespaces/x')).toBeNull();
	await expect(kube.find('/api/v1/namespaces/x')).rejects.toMatchObject({ code: 'upstream_forbidden' });
});

test('an HTML page of a proxy is quoted as far as it helps', async () => {
	const kube = await clientOf((_, response) => {
		response.writeHead(502);
		response.end('<h1>Bad gateway</h1>');
	});
	await expect(kube.version()).rejects.toThrow(/Bad gateway/);
});

test('an apiVersion of a hostile chart cannot walk to another path', async () => {
	const asked: (string | undefined)[] = [];
	const kube = await clientOf((request, response) => {
		asked.push(request.url);
		response.end(JSON.stringify({ resources: [{ name: 'secrets', kind: 'X', namespaced: true }] }));
	});
	expect(await kube.discovery.find('v1/../../api/v1/secrets', 'X')).toBeNull();
	expect(asked).toEqual([]);
	const object = { apiVersion: 'v1', kind: 'X', metadata: { name: '../../y' } };
	expect(await kube.discovery.pathOf(object, 'apps')).toBe('/api/v1/namespaces/apps/secrets/..%2F..%2Fy');
});

test('discovery is asked once per group version, and again for a kind that is missing', async () => {
	let asked = 0;
	const kube = await clientOf((_, response) => {
		asked++;
		const kinds = asked === 1 ? ['Widget'] : ['Widget', 'Gadget'];
		response.end(
			JSON.stringify({ resources: kinds.map((kind) => ({ name: kind.toLowerCase(), kind, namespaced: true })) }),
		);
	});
	expect(await kube.discovery.find('x.io/v1', 'Widget')).toMatchObject({ plural: 'widget' });
	expect(await kube.discovery.find('x.io/v1', 'Widget')).toMatchObject({ plural: 'widget' });
	expect(asked).toBe(1);
	expect(await kube.discovery.find('x.io/v1', 'Gadget')).toMatchObject({ plural: 'gadget' });
	expect(asked).toBe(2);
});
