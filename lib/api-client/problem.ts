import type { Problem } from '@/lib/contracts/problem';
import { at, isRecord, textAt } from '@/lib/core';

/** A request that did not do what was asked: refused by the server, or never answered. `message` is for people. */
export class ApiError extends Error {
	override readonly name = 'ApiError';
	readonly problem: Problem;

	constructor(problem: Problem, options: { cause?: unknown } = {}) {
		super(problem.detail, options.cause === undefined ? undefined : { cause: options.cause });
		this.problem = problem;
	}

	/** True when asking again may help without anybody changing anything: no answer, or a server that is busy. */
	get transient(): boolean {
		const { status } = this.problem;
		return status === 0 || status === 429 || status >= 500;
	}
}

/** The problem of a request that got no answer; status 0, because no server spoke. */
export function noAnswer(code: 'network' | 'timeout', path: string, cause: unknown): ApiError {
	const detail =
		code === 'timeout' ? 'The server took too long to answer.' : 'The server cannot be reached from this computer.';
	return new ApiError(synthesize({ status: 0, code, detail, path }), { cause });
}

/** An answer that does not fit the contract: the page is older or newer than the server. */
export function unexpectedAnswer(path: string, status: number, cause: unknown): ApiError {
	const problem = synthesize({
		status,
		code: 'unexpected_answer',
		detail: 'The server answered in a form this version does not understand.',
		path,
	});
	return new ApiError({ ...problem, hint: 'Reload the page; the server may have been updated.' }, { cause });
}

/** A refused request: `problem` as we write it, or null for whatever a proxy in between put into the `body`. */
export function refusal(path: string, status: number, problem: Problem | null, body: unknown): ApiError {
	if (problem !== null) return new ApiError(problem);
	// better-auth answers { code, message }; a proxy answers HTML. Both keep their status, never their markup.
	const detail = isRecord(body) ? textAt(body, 'message') : undefined;
	const code = isRecord(body) ? textAt(body, 'code') : undefined;
	const hint = isRecord(body) && typeof at(body, 'hint') === 'string' ? textAt(body, 'hint') : undefined;
	const made = synthesize({
		status,
		code: code ?? 'refused',
		detail: detail ?? `The server refused the request (status ${status}).`,
		path,
	});
	return new ApiError(hint === undefined ? made : { ...made, hint });
}

function synthesize({ status, code, detail, path }: { status: number; code: string; detail: string; path: string }) {
	return {
		type: 'about:blank',
		title: code,
		status,
		detail,
		code,
		instance: path,
		requestId: '',
		invalidParams: [],
		details: {},
	} satisfies Problem;
}
