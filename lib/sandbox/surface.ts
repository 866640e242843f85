import { setTimeout as sleep } from 'node:timers/promises';
import { sha256 } from '@/lib/digest';
import type { Outcome } from './listen';

/** The four origins of the pretend world. */
type SurfaceName = 'github' | 'npm' | 'oci' | 'storage';

/** One request as it arrived: enough to assert who was asked what, and where a credential went. Never its text. */
export type RecordedRequest = {
	surface: SurfaceName;
	method: string;
	/** Path and query, percent-encoding as sent. */
	path: string;
	/** Null when the connection was cut. */
	status: number | null;
	authorization: 'none' | 'basic' | 'bearer' | 'other';
	/** sha256 of the Authorization header, to tell whether two requests used the same one. */
	credential: string | null;
	isConditional: boolean;
};

/** A failure to play on requests that match; `times` bounds it (default: until cleared). */
export type Fault = {
	surface?: SurfaceName;
	/** Part of `METHOD /path?query`, or an expression over it. */
	match?: string | RegExp;
	times?: number;
	/** Wait before going on, in milliseconds. */
	delayMs?: number;
	/** `answer` replaces the response, `reset` cuts the connection, `truncate` stops half-way through the real body. */
	effect: 'answer' | 'reset' | 'truncate' | 'delay';
	status?: number;
	headers?: Readonly<Record<string, string>>;
	body?: string;
};

/** Switches and the recording shared by all four origins. */
export type Stage = {
	readonly requests: readonly RecordedRequest[];
	forget(): void;
	goOffline(isOffline: boolean): void;
	/** Returns a function that removes the fault. */
	inject(fault: Fault): () => void;
	surface(name: SurfaceName, handler: (request: Request) => Promise<Response>): (request: Request) => Promise<Outcome>;
};

const KEPT_REQUESTS = 5_000;

export function createStage(): Stage {
	const requests: RecordedRequest[] = [];
	const faults: { fault: Fault; left: number }[] = [];
	let isOffline = false;

	function takeFault(surface: SurfaceName, request: Request): Fault | undefined {
		const index = faults.findIndex(({ fault }) => matches(fault, surface, request));
		const found = faults[index];
		if (!found) return undefined;
		found.left -= 1;
		if (found.left <= 0) faults.splice(index, 1);
		return found.fault;
	}

	function record(surface: SurfaceName, request: Request, status: number | null): void {
		requests.push(recorded(surface, request, status));
		if (requests.length > KEPT_REQUESTS) requests.splice(0, requests.length - KEPT_REQUESTS);
	}

	return {
		requests,
		forget: () => requests.splice(0),
		goOffline(value) {
			isOffline = value;
		},
		inject(fault) {
			const entry = { fault, left: fault.times ?? Number.POSITIVE_INFINITY };
			faults.push(entry);
			return () => {
				const index = faults.indexOf(entry);
				if (index >= 0) faults.splice(index, 1);
			};
		},
		surface: (name, handler) => async (request) => {
			if (isOffline) {
				record(name, request, null);
				return { kind: 'reset' };
			}
			const fault = takeFault(name, request);
			if (fault?.delayMs) await sleep(fault.delayMs);
			if (fault?.effect === 'reset') {
				record(name, request, null);
				return { kind: 'reset' };
			}
			const response = fault?.effect === 'answer' ? answerOf(fault) : await handler(request);
			record(name, request, response.status);
			return { kind: fault?.effect === 'truncate' ? 'truncate' : 'answer', response };
		},
	};
}

function matches(fault: Fault, surface: SurfaceName, request: Request): boolean {
	if (fault.surface && fault.surface !== surface) return false;
	if (fault.match === undefined) return true;
	const line = `${request.method} ${pathOf(request)}`;
	return typeof fault.match === 'string' ? line.includes(fault.match) : fault.match.test(line);
}

function answerOf(fault: Fault): Response {
	return new Response(fault.body ?? '', { status: fault.status ?? 503, headers: { ...fault.headers } });
}

function recorded(surface: SurfaceName, request: Request, status: number | null): RecordedRequest {
	const header = request.headers.get('authorization');
	return {
		surface,
		method: request.method,
		path: pathOf(request),
		status,
		authorization: schemeOf(header),
		credential: header === null ? null : sha256(header),
		isConditional: request.headers.has('if-none-match'),
	};
}

function schemeOf(header: string | null): RecordedRequest['authorization'] {
	if (header === null) return 'none';
	if (/^basic /i.test(header)) return 'basic';
	return /^bearer /i.test(header) ? 'bearer' : 'other';
}

function pathOf(request: Request): string {
	const { pathname, search } = new URL(request.url);
	return `${pathname}${search}`;
}
