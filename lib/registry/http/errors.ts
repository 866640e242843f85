import { AppError, at, isAppError, isRecord, listAt, messageOf, redact, textAt } from '@/lib/core';
import { tlsProblem } from './tls';

/** What a request was about, for error texts: `what` completes "… could not be read: the tag list of x/y". */
export type Subject = {
	host: string;
	what: string;
	/** `host:port` of the proxy in between. */
	proxy?: string;
};

/** What a server says in an error body: OCI, GitHub and npm each have their own shape. */
type UpstreamProblem = { code: string | null; message: string | null };

const LONGEST_MESSAGE = 300;

/** Code and message of an error body; both null when it is none of the known shapes. */
function readProblem(bytes: Uint8Array): UpstreamProblem {
	const text = new TextDecoder().decode(bytes.subarray(0, 65_536));
	let body: unknown;
	try {
		body = JSON.parse(text);
	} catch {
		return { code: null, message: null };
	}
	const first = listAt(body, 'errors')[0];
	const ociError = isRecord(first) ? first : undefined;
	const message = textAt(ociError, 'message') ?? textAt(body, 'message') ?? textAt(body, 'error');
	const code = at(ociError, 'code') ?? at(body, 'code');
	return {
		code: typeof code === 'string' ? printable(code).slice(0, 60) : null,
		message: message === undefined ? null : printable(message).slice(0, LONGEST_MESSAGE),
	};
}

/** The error for a status that is not a success. `extraHint` replaces the usual next step. */
export function statusError(
	subject: Subject,
	response: { status: number; bytes: Uint8Array },
	extra: { hint?: string; details?: Readonly<Record<string, unknown>> } = {},
): AppError {
	const { status } = response;
	const problem = readProblem(response.bytes);
	const said = problem.message === null ? '' : ` (${problem.message})`;
	const { code, sentence, hint } = meaningOf(status, subject);
	return new AppError(code, `${sentence}${said}`, {
		hint: extra.hint ?? hint,
		details: {
			host: subject.host,
			status,
			ociCode: problem.code,
			retriable: code === 'upstream_unavailable',
			...extra.details,
		},
	});
}

/** The error for a server that asks for patience longer than we wait inside one request. */
export function rateLimitError(subject: Subject, status: number, waitMs: number | null): AppError {
	const seconds = waitMs === null ? null : Math.ceil(waitMs / 1000);
	return new AppError('rate_limited', `${subject.host} asks for a pause before it gives out ${subject.what}.`, {
		hint:
			seconds === null
				? 'Try again in a few minutes; a credential usually raises the limit.'
				: `Try again in ${seconds} seconds; a credential usually raises the limit.`,
		details: { host: subject.host, status, retriable: true, retryAfterSeconds: seconds },
	});
}

/** Bytes are not what the digest or integrity promised. */
export function integrityError(subject: Subject, expected: string, received: string): AppError {
	return new AppError('integrity_mismatch', `${subject.host} sent other bytes than promised for ${subject.what}.`, {
		hint: 'Nothing was used. Try again; if it stays like this, ask the publisher or whoever runs the registry.',
		details: { host: subject.host, status: null, retriable: true, expected, received },
	});
}

export function tooLargeError(subject: Subject, maxBytes: number): AppError {
	return new AppError('too_large', `${subject.what} from ${subject.host} is larger than ${maxBytes} bytes.`, {
		hint: 'It was not read to its end. Ask the publisher for a smaller one.',
		details: { host: subject.host, status: null, retriable: false, maxBytes },
	});
}

/** The answer arrived but cannot be understood; `why` completes the sentence. */
export function invalidError(subject: Subject, why: string, cause?: unknown): AppError {
	return new AppError('upstream_invalid', `${subject.host} sent ${subject.what} that ${why}.`, {
		hint: 'Check that the address belongs to a registry and not to a sign-in page or proxy in front of it.',
		details: { host: subject.host, status: null, retriable: false },
		cause,
	});
}

/** The registry did its part (digests are right); what was published makes no sense, and no retry heals that. */
export function contentError(message: string, { host, hint }: { host: string; hint: string }): AppError {
	return new AppError('upstream_invalid', `${message.charAt(0).toUpperCase()}${message.slice(1)}`, {
		hint,
		details: { host, status: 200, retriable: false, fault: 'content' },
	});
}

export function timeoutError(subject: Subject, kind: 'overall' | 'idle', ms: number): AppError {
	const how = kind === 'idle' ? `sent nothing for ${ms} ms` : `was not finished after ${ms} ms`;
	return new AppError('timeout', `${subject.host} ${how} while reading ${subject.what}.`, {
		hint: 'Try again; check the network or proxy between here and the registry.',
		details: { host: subject.host, status: null, retriable: true },
	});
}

/** Translate what `fetch` threw. Our own errors (a refused address in the resolver) come through unchanged. */
export function networkError(subject: Subject, error: unknown): AppError {
	const chain = causesOf(error);
	const own = chain.find((link) => isAppError(link));
	if (isAppError(own)) return own;
	const code = chain.map((link) => textAt(link, 'code')).find((found) => found !== undefined) ?? null;
	const { sentence, hint } = proxyMeaning(subject, code, chain) ?? networkMeaning(code, namesShown(chain));
	return new AppError('upstream_unavailable', `${subject.host} ${sentence} while reading ${subject.what}.`, {
		hint,
		details: { host: subject.host, status: null, networkCode: code, retriable: isTransient(code) },
		cause: new Error(redact(messageOf(chain.at(-1) ?? error))),
	});
}

function meaningOf(status: number, { host, what }: Subject) {
	if (status === 401 || status === 403) {
		return {
			code: 'upstream_forbidden',
			sentence: `${host} refuses to give out ${what}`,
			hint: 'Check that the credential of this source is valid, not expired, and may read it.',
		} as const;
	}
	if (status === 404 || status === 410) {
		return {
			code: 'not_found',
			sentence: `${host} does not have ${what}, or this credential may not see it`,
			hint: 'Check the name, and that the credential of this source may read it.',
		} as const;
	}
	if (status >= 500) {
		return {
			code: 'upstream_unavailable',
			sentence: `${host} failed with status ${status} while reading ${what}`,
			hint: 'Try again later; what was known before is kept.',
		} as const;
	}
	return {
		code: 'upstream_invalid',
		sentence: `${host} answered ${status} to a request for ${what}`,
		hint: 'Check that the address belongs to a registry; run the doctor of this source.',
	} as const;
}

/** Behind a proxy only the proxy is dialled: what fails then is the proxy, or what it says about the host. */
function proxyMeaning({ host, proxy }: Subject, code: string | null, chain: readonly unknown[]) {
	if (proxy === undefined) return null;
	const status = chain.map((link) => /^Proxy response \((\d{3})\)/.exec(messageOf(link))?.[1]).find(Boolean);
	if (status === '407') {
		return {
			sentence: `could not be reached, because the proxy ${proxy} wants a name and password (407)`,
			hint: 'They can be part of HTTPS_PROXY in the environment of the server; the proxy of a source has none.',
		};
	}
	if (status !== undefined) {
		return {
			sentence: `could not be reached, because the proxy ${proxy} answered ${status}`,
			hint: `The proxy cannot or may not reach ${host}: ask whoever runs it, or name ${host} in NO_PROXY where it needs no proxy.`,
		};
	}
	if (code === null || !DIALLING.includes(code)) return null;
	return {
		sentence: `could not be reached, because the proxy ${proxy} does not answer (${code})`,
		hint: 'Check the address of the proxy: that of the source, else HTTPS_PROXY and HTTP_PROXY of the server.',
	};
}

const DIALLING: readonly string[] = [
	'ECONNREFUSED',
	'EHOSTUNREACH',
	'ENETUNREACH',
	'ENOTFOUND',
	'EAI_AGAIN',
	'ETIMEDOUT',
	'UND_ERR_CONNECT_TIMEOUT',
];

function networkMeaning(code: string | null, names: string | null): { sentence: string; hint: string } {
	if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
		return {
			sentence: 'could not be found by name',
			hint: 'Check the spelling of the host and the DNS of this machine.',
		};
	}
	if (code === 'ECONNREFUSED' || code === 'EHOSTUNREACH' || code === 'ENETUNREACH') {
		return { sentence: 'does not accept connections', hint: 'Check the port, the firewall, and that the server runs.' };
	}
	if (code === 'ETIMEDOUT' || code === 'UND_ERR_CONNECT_TIMEOUT') {
		return {
			sentence: 'did not answer in time',
			hint: 'Check the port and the firewall; from some networks the way out is a proxy, which this source can be given.',
		};
	}
	const tls = code === null ? null : tlsProblem(code, names);
	if (tls !== null) return tls;
	return {
		sentence: 'broke the connection',
		hint: 'Try again; check the network or proxy between here and the registry.',
	};
}

/** Names of the certificate that Node refused because of them: `registry.example, *.registry.example`. */
function namesShown(chain: readonly unknown[]): string | null {
	const names = chain.map((link) => textAt(at(link, 'cert'), 'subjectaltname')).find((text) => text !== undefined);
	return names === undefined ? null : printable(names.replace(/\b(DNS|IP Address):/g, '')).slice(0, 120);
}

function isTransient(code: string | null): boolean {
	return (
		code === null ||
		['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN', 'UND_ERR_SOCKET', 'UND_ERR_CONNECT_TIMEOUT'].includes(code) ||
		code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH'
	);
}

function causesOf(error: unknown): unknown[] {
	const chain: unknown[] = [];
	let current = error;
	while (current !== undefined && current !== null && chain.length < 8) {
		chain.push(current);
		if (current instanceof AggregateError) chain.push(...current.errors);
		current = current instanceof Error ? current.cause : undefined;
	}
	return chain;
}

/** Server texts end up in pages and logs: one line, no control characters, nothing that looks like a credential. */
export function printable(text: string): string {
	return redact(text.replace(/[\p{Cc}\p{Cf}]+/gu, ' ').trim());
}
