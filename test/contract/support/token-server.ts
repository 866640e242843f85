import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';

type Access = { type: string; name: string; actions: string[] };

export type TokenServer = {
	/** `http://127.0.0.1:PORT/token`, an origin other than the registry's. */
	realm: string;
	host: string;
	issuer: string;
	service: string;
	/** The public key as a JSON Web Key Set, for the registry. */
	jwks: string;
	/** From now on anybody may pull from this repository. */
	makePublic(repository: string): void;
	close(): Promise<void>;
};

const KEY_ID = 'contract';
const LIFETIME_SECONDS = 300;

/**
 * The token endpoint of a registry (distribution docs, `spec/auth/token.md`): signed JWTs that the real registry checks.
 * The account may do everything it asks for. Others get a token that grants nothing, with status 200: servers may do
 * that, and clients must not take a token for permission.
 */
export async function startTokenServer(account: { username: string; password: string }): Promise<TokenServer> {
	const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
	const issuer = 'contract-issuer';
	const service = 'contract-registry';
	const open = new Set<string>();
	const expected = `Basic ${Buffer.from(`${account.username}:${account.password}`).toString('base64')}`;

	function tokenFor(access: Access[]): string {
		const now = Math.floor(Date.now() / 1000);
		const claims = { iss: issuer, sub: account.username, aud: service, jti: randomUUID(), access };
		const times = { iat: now, nbf: now - 10, exp: now + LIFETIME_SECONDS };
		const signed = [
			{ typ: 'JWT', alg: 'ES256', kid: KEY_ID },
			{ ...claims, ...times },
		]
			.map(base64url)
			.join('.');
		// JWS wants r and s side by side, not the DER that OpenSSL makes (RFC 7518, section 3.4).
		const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' });
		return `${signed}.${signature.toString('base64url')}`;
	}

	const server = createServer((request, response) => {
		const url = new URL(request.url ?? '/', 'http://127.0.0.1');
		const authorization = request.headers.authorization ?? null;
		if (request.method !== 'GET') return answer(response, 405, {});
		if (authorization !== null && authorization !== expected) {
			return answer(response, 401, { errors: [{ code: 'UNAUTHORIZED', message: 'wrong name or password' }] });
		}
		const scopes = url.searchParams.getAll('scope').flatMap((scope) => scope.split(' '));
		const asked = scopes.flatMap(accessOf);
		const token = tokenFor(authorization === null ? asked.filter(({ name }) => open.has(name)).map(onlyPull) : asked);
		return answer(response, 200, { token, access_token: token, expires_in: LIFETIME_SECONDS });
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('the token server has no port');
	const host = `127.0.0.1:${address.port}`;
	const key = { ...publicKey.export({ format: 'jwk' }), kid: KEY_ID, alg: 'ES256', use: 'sig' };
	return {
		realm: `http://${host}/token`,
		host,
		issuer,
		service,
		jwks: JSON.stringify({ keys: [key] }),
		makePublic: (repository) => void open.add(repository),
		async close() {
			server.closeAllConnections();
			server.close();
			await once(server, 'close');
		},
	};
}

/** `repository:acme/x:pull,push`; a name may itself contain a colon only before a port, which we never ask for. */
function accessOf(scope: string): Access[] {
	const [type = '', name = '', actions = ''] = scope.split(':');
	return type === '' || name === '' ? [] : [{ type, name, actions: actions.split(',') }];
}

function onlyPull(access: Access): Access {
	return { ...access, actions: access.actions.filter((action) => action === 'pull') };
}

function base64url(part: unknown): string {
	return Buffer.from(JSON.stringify(part)).toString('base64url');
}

function answer(response: ServerResponse, status: number, body: unknown): void {
	response.writeHead(status, { 'content-type': 'application/json' });
	response.end(JSON.stringify(body));
}
