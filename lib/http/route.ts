import type { z } from 'zod';
import type { Actor, Auth, RunnerActor, Setup, UserActor } from '@/lib/auth';
import type { Permission } from '@/lib/contracts/permissions';
import { AppError, isAppError } from '@/lib/core';
import type { Logger } from '@/lib/log';
import { type RoutePermission, requireRunner, requireSameOrigin, requireUser } from './access';
import { parse, readJson, readQuery, requireText } from './input';
import { toProblem } from './problem';
import { requestIdOf } from './request-id';

/** What routes need of the composition root; handlers get the whole of it. */
export type HttpRuntime = {
	auth: Pick<Auth, 'authenticate'>;
	setup: Pick<Setup, 'isOpen'>;
	log: Logger;
	/** Addresses people reach this portal at. */
	baseUrls: () => readonly string[];
};

type Input<Runtime, Params, Query, Body> = {
	params: Params;
	query: Query;
	body: Body;
	request: Request;
	requestId: string;
	runtime: Runtime;
};

type Handler<In, Out> = (input: In) => Promise<Out> | Out;

/** The handler knows who calls: a person, the runner's client, or (public) nobody in particular. */
type Access<In, Out> =
	| { permission: 'public'; handler: Handler<In, Out> }
	| { permission: 'runner'; handler: Handler<In & { actor: RunnerActor }, Out> }
	| { permission: Permission | 'session'; handler: Handler<In & { actor: UserActor }, Out> };

/** Either a schema through which everything leaves (unlisted fields are dropped), or a ready Response. */
type Output<Out> = { response: z.ZodType<unknown, Out>; stream?: never } | { response?: never; stream: true };

export type RouteSpec<Runtime, Params, Query, Body, Out> = {
	params?: z.ZodType<Params>;
	query?: z.ZodType<Query>;
	body?: z.ZodType<Body>;
	/** Default 1 MiB. */
	maxBodyBytes?: number;
	/** Default 200. */
	status?: number;
} & Output<Out> &
	Access<Input<Runtime, Params, Query, Body>, Out>;

/** What Next calls; `permission` is there for the test that walks all routes. */
export type RouteHandler = {
	(request: Request, context?: { params: Promise<unknown> }): Promise<Response>;
	permission: RoutePermission;
};

/** `route()` for a runtime: every route is one declaration, and this is all that happens around its handler. */
export function createRoute<Runtime extends HttpRuntime>(getRuntime: () => Promise<Runtime> | Runtime) {
	return function route<Params, Query, Body, Out>(spec: RouteSpec<Runtime, Params, Query, Body, Out>): RouteHandler {
		const handler = async (request: Request, context?: { params: Promise<unknown> }): Promise<Response> => {
			const place = { requestId: requestIdOf(request.headers), instance: new URL(request.url).pathname };
			const exchange: Exchange = { request, ...place, startedAt: performance.now(), actor: null, error: undefined };
			let log: Logger | null = null;
			let response: Response;
			try {
				const runtime = await getRuntime();
				log = runtime.log;
				requireSameOrigin(request, runtime.baseUrls());
				// Public routes must answer when the database does not.
				if (spec.permission !== 'public') exchange.actor = await runtime.auth.authenticate(request);
				const run = authorize(spec, exchange.actor);
				const input = await readInput(spec, request, await context?.params);
				response = toResponse(spec, await run({ ...input, request, requestId: place.requestId, runtime }));
			} catch (error) {
				exchange.error = error;
				const gone = request.signal.aborted && !isAppError(error);
				response = toProblem(gone ? new AppError('cancelled', 'The client went away.') : error, place);
			}
			if (log !== null) writeLine(log, exchange, response.status);
			return finish(response, place.requestId);
		};
		return Object.assign(handler, { permission: spec.permission });
	};
}

/** The handler with its caller filled in. Throws `unauthenticated` or `forbidden`, before any input is read. */
function authorize<In, Out>(spec: Access<In, Out>, actor: Actor | null): Handler<In, Out> {
	if (spec.permission === 'public') return spec.handler;
	if (spec.permission === 'runner') {
		const { handler } = spec;
		const runner = requireRunner(actor);
		return (input) => handler({ ...input, actor: runner });
	}
	const { handler } = spec;
	const user = requireUser(actor, spec.permission);
	return (input) => handler({ ...input, actor: user });
}

async function readInput<Params, Query, Body>(
	spec: { params?: z.ZodType<Params>; query?: z.ZodType<Query>; body?: z.ZodType<Body>; maxBodyBytes?: number },
	request: Request,
	params: unknown,
) {
	return {
		params: parseIf(spec.params, asText(params)),
		query: parseIf(spec.query, readQuery(request)),
		body: parseIf(spec.body, spec.body && (await readJson(request, spec.maxBodyBytes))),
	};
}

/** Path segments as they were decoded; `%00` is no name of anything. */
function asText(params: unknown): unknown {
	requireText(params);
	return params;
}

/** Without a schema `T` is inferred as `unknown`, so the handler cannot use what nobody checked; it gets undefined. */
function parseIf<T>(schema: z.ZodType<T> | undefined, value: unknown): T;
function parseIf(schema: z.ZodType | undefined, value: unknown): unknown {
	return schema === undefined ? undefined : parse(schema, value);
}

function toResponse<Out>(spec: Output<Out> & { status?: number }, output: Out): Response {
	if (spec.response !== undefined) return Response.json(spec.response.parse(output), { status: spec.status ?? 200 });
	if (output instanceof Response) return output;
	throw new AppError('internal', 'A streaming route must return a Response.');
}

/** A copy, because the headers of a Response made by `fetch` or a library may be locked. */
function finish(response: Response, requestId: string): Response {
	const headers = new Headers(response.headers);
	headers.set('x-request-id', requestId);
	headers.set('x-content-type-options', 'nosniff');
	if (!headers.has('cache-control')) headers.set('cache-control', 'no-store');
	if (!headers.has('content-security-policy')) {
		headers.set('content-security-policy', "default-src 'none'; frame-ancestors 'none'");
	}
	return new Response(response.body, { status: response.status, headers });
}

type Exchange = {
	request: Request;
	requestId: string;
	instance: string;
	startedAt: number;
	actor: Actor | null;
	error: unknown;
};

/** One line per request; never a body, a query or a header. */
function writeLine(log: Logger, { request, requestId, instance, startedAt, actor, error }: Exchange, status: number) {
	const facts = {
		requestId,
		method: request.method,
		path: instance,
		status,
		ms: Math.round(performance.now() - startedAt),
		actor: actor === null ? undefined : actor.kind === 'user' ? actor.id : actor.kind,
		code: isAppError(error) ? error.code : undefined,
	};
	if (status >= 500) log.error({ ...facts, err: error }, 'request failed');
	else log.info(facts, 'request');
}
