import type { z } from 'zod';
import { Problem } from '@/lib/contracts/problem';
import {
	CancelResult,
	EnvironmentConcealed,
	EnvironmentResult,
	EnvironmentState,
	EnvironmentSwept,
	LeakScanResult,
	PreviewResult,
	RaisedFence,
	ReleaseStatus,
	RemovalPreview,
	RunnerEvent,
	RunnerHealth,
} from '@/lib/contracts/runner';
import { AppError, type ErrorCode, isAppError, messageOf, type Secret, statusByCode } from '@/lib/core';
import type { CallOptions, RunnerApi } from './api';

/** The same methods as a runner in this process, over `api/runner/*` with one bearer token. */
export type RunnerClient = RunnerApi;

export type RunnerClientOptions = {
	/** Origin of the runner, e.g. `http://127.0.0.1:3000`. */
	baseUrl: string;
	token: Secret;
	fetch?: typeof fetch;
	/** No event of a running job for this long = the runner is gone (it sends a heartbeat every 15 s). */
	silenceMs?: number;
	/** Bound of a plain request; previews of large charts take the longest. */
	timeoutMs?: number;
};

type Call = { name: string; body: unknown; signal: AbortSignal; accept: string };

/**
 * Talk to a runner. Errors are AppErrors: the runner's own problem+json with its code and hint, or
 * `runner_unavailable` when it does not answer, stops talking, or refuses the token.
 */
export function createRunnerClient(options: RunnerClientOptions): RunnerClient {
	const { baseUrl, token, fetch: send = globalThis.fetch, silenceMs = 60_000, timeoutMs = 120_000 } = options;
	const root = `${baseUrl.replace(/\/+$/, '')}/api/runner`;

	async function open({ name, body, signal, accept }: Call): Promise<Response> {
		let response: Response;
		try {
			response = await send(`${root}/${name}`, {
				method: body === undefined ? 'GET' : 'POST',
				headers: {
					authorization: `Bearer ${token.reveal()}`,
					accept,
					...(body !== undefined && { 'content-type': 'application/json' }),
				},
				body: body === undefined ? null : JSON.stringify(body),
				// The token belongs to this origin only.
				redirect: 'error',
				signal,
			});
		} catch (cause) {
			throw unavailable(`The runner at ${baseUrl} does not answer: ${causeOf(cause)}`, cause);
		}
		if (!response.ok) throw await problemOf(response);
		return response;
	}

	async function call<S extends z.ZodType>(name: string, body: unknown, schema: S, { signal }: CallOptions = {}) {
		const bounded = AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal ? [signal] : [])]);
		const response = await open({ name, body, signal: bounded, accept: 'application/json' });
		let answer: unknown;
		try {
			answer = await response.json();
		} catch (cause) {
			throw unavailable(`The runner's answer to ${name} cannot be read: ${causeOf(cause)}`, cause);
		}
		const parsed = schema.safeParse(answer);
		if (parsed.success) return parsed.data;
		throw unavailable(`The runner speaks another version of the protocol (${name}).`, parsed.error);
	}

	async function* stream(name: string, body: unknown, { signal }: CallOptions = {}): AsyncGenerator<RunnerEvent> {
		const silence = new AbortController();
		let timer = setTimeout(() => silence.abort(), silenceMs);
		const bounded = AbortSignal.any([silence.signal, ...(signal ? [signal] : [])]);
		try {
			const response = await open({ name, body, signal: bounded, accept: 'application/x-ndjson' });
			for await (const line of linesOf(response)) {
				clearTimeout(timer);
				timer = setTimeout(() => silence.abort(), silenceMs);
				const event = parseEvent(line, name);
				yield event;
				if (event.kind === 'result') return;
			}
		} catch (cause) {
			if (silence.signal.aborted) throw unavailable(`The runner has been silent for ${silenceMs / 1000} s.`, cause);
			if (isAppError(cause)) throw cause;
			throw unavailable(`The connection to the runner broke: ${causeOf(cause)}`, cause);
		} finally {
			clearTimeout(timer);
			silence.abort();
		}
		throw unavailable('The runner ended the connection before the result.');
	}

	return {
		raiseFence: (request, options) => call('fence', request, RaisedFence, options),
		ensureEnvironment: (request, options) => call('environment', request, EnvironmentResult, options),
		checkEnvironment: (request, options) => call('environment/check', request, EnvironmentState, options),
		concealEnvironment: (request, options) => call('environment/conceal', request, EnvironmentConcealed, options),
		sweepEnvironments: (request, options) => call('environment/sweep', request, EnvironmentSwept, options),
		apply: (request, options) => stream('apply', request, options),
		uninstall: (request, options) => stream('uninstall', request, options),
		cancel: (operationId, options) => call('cancel', { operationId }, CancelResult, options),
		status: (ref, options) => call('status', ref, ReleaseStatus, options),
		preview: (request, options) => call('preview', request, PreviewResult, options),
		removalPreview: (ref, options) => call('removal-preview', ref, RemovalPreview, options),
		leakScan: (request, options) => call('leak-scan', request, LeakScanResult, options),
		health: (options) => call('health', undefined, RunnerHealth, options),
	};
}

/** Longest line of the stream; a result with a long Helm error stays far below. */
const MAX_LINE = 4 * 1024 * 1024;

async function* linesOf(response: Response): AsyncGenerator<string> {
	if (!response.body) return;
	const decoder = new TextDecoder();
	let rest = '';
	for await (const chunk of response.body) {
		rest += decoder.decode(chunk, { stream: true });
		const lines = rest.split('\n');
		rest = lines.pop() ?? '';
		if (rest.length > MAX_LINE) throw unavailable('The runner sends a line without end.');
		for (const line of lines) if (line.trim() !== '') yield line;
	}
	if (rest.trim() !== '') yield rest;
}

function parseEvent(line: string, name: string): RunnerEvent {
	try {
		return RunnerEvent.parse(JSON.parse(line));
	} catch (cause) {
		throw unavailable(`The runner sent an event that cannot be read (${name}).`, cause);
	}
}

async function problemOf(response: Response): Promise<AppError> {
	const text = await response.text().catch(() => '');
	let parsed: Problem | undefined;
	try {
		parsed = Problem.safeParse(JSON.parse(text)).data;
	} catch {
		// A proxy in between answers with HTML; the status is all there is to say.
	}
	if (!parsed) return unavailable(`The runner answered with HTTP ${response.status}.`);
	const { detail, hint, invalidParams, details } = parsed;
	// Its 401 and 403 are about our token; passed on, they would sign the admin out.
	if (response.status === 401 || response.status === 403) {
		return new AppError('runner_unavailable', `The runner does not accept this portal: ${detail}`, {
			hint: 'The runner token must be the same on both sides.',
		});
	}
	return new AppError(knownCode(parsed.code), detail, { ...(hint !== undefined && { hint }), invalidParams, details });
}

function knownCode(code: string): ErrorCode {
	return isCode(code) ? code : 'runner_unavailable';
}

function isCode(code: string): code is ErrorCode {
	return Object.hasOwn(statusByCode, code);
}

function unavailable(message: string, cause?: unknown): AppError {
	return new AppError('runner_unavailable', message, {
		hint: 'Check that the runner of this target is running and can be reached from the portal.',
		cause,
	});
}

function causeOf(cause: unknown): string {
	return messageOf(cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause);
}
