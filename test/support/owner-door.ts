import { createApi } from '@/lib/api-client';
import { type Operation, OperationView } from '@/lib/contracts/operations';
import { SourceList } from '@/lib/contracts/sources';
import type { Door } from './orders';
import { OWNER } from './portal';

/** Cookie header of a new session of the owner, who is created first when there is a set-up link. */
export async function signInAsOwner(url: string, setupUrl: string | null): Promise<string> {
	if (setupUrl !== null) {
		const token = new URL(setupUrl).searchParams.get('token') ?? '';
		await createApi({ baseUrl: url }).setup.create({ token, ...OWNER });
	}
	const response = await fetch(`${url}/api/auth/sign-in/email`, {
		method: 'POST',
		headers: { 'content-type': 'application/json', origin: url },
		body: JSON.stringify({ email: OWNER.email, password: OWNER.password }),
	});
	if (!response.ok) throw new Error(`sign-in answered ${response.status}`);
	return response.headers
		.getSetCookie()
		.map((line) => line.split(';')[0])
		.join('; ');
}

/** Ask a portal in another process; `where` is read at every call, because a restart moves it. */
export function ownerDoor(where: () => { url: string; cookie: string }): Door {
	const send: Door['send'] = (method, path, body) => {
		const { url, cookie } = where();
		return fetch(`${url}${path}`, {
			method,
			headers: { cookie, origin: url, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
			...(body === undefined ? {} : { body: JSON.stringify(body) }),
		});
	};
	return {
		send,
		ask: async (schema, method, path, body) => {
			const response = await send(method, path, body);
			const answer: unknown = await response.json();
			if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${JSON.stringify(answer)}`);
			return schema.parse(answer);
		},
	};
}

/** Wait until every source was read once: before that a pack may be there with its older versions only. */
export async function sourcesRead(door: Door): Promise<void> {
	for (let tries = 0; tries < 600; tries++) {
		const { sources } = await door.ask(SourceList, 'GET', '/api/sources');
		if (sources.length > 0 && sources.every((source) => source.lastGoodSyncAt !== null)) return;
		await new Promise((resolve) => setTimeout(resolve, 100));
	}
	throw new Error('the sources were not read within a minute');
}

/** Wait until an operation has ended. */
export async function finishedAt(door: Door, id: string): Promise<Operation> {
	for (let tries = 0; tries < 600; tries++) {
		const { operation } = await door.ask(OperationView, 'GET', `/api/operations/${id}?after=0`);
		if (operation.finishedAt !== null) return operation;
		await new Promise((resolve) => setTimeout(resolve, 100));
	}
	throw new Error(`operation ${id} did not end within a minute`);
}
