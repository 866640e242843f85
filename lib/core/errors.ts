/** The only mapping from error code to HTTP status in the house (HOUSE.md rule 15). */
export const statusByCode = {
	invalid_request: 400,
	unauthenticated: 401,
	forbidden: 403,
	not_found: 404,
	method_not_allowed: 405,
	conflict: 409,
	plan_moved: 409,
	too_large: 413,
	unsupported_media: 415,
	invalid_answers: 422,
	not_installable: 422,
	hook_failed: 422,
	policy_refused: 422,
	rate_limited: 429,
	cancelled: 499,
	internal: 500,
	upstream_invalid: 502,
	upstream_forbidden: 502,
	upstream_unavailable: 502,
	integrity_mismatch: 502,
	runner_unavailable: 503,
	cluster_unreachable: 503,
	helm_missing: 503,
	database_unavailable: 503,
	timeout: 504,
} as const;

export type ErrorCode = keyof typeof statusByCode;

/** One input that was refused: `name` is the field or env key, `reason` a plain sentence. */
export type InvalidParam = { name: string; reason: string };

export type AppErrorOptions = {
	/** What the admin can do next, one sentence. */
	hint?: string;
	invalidParams?: readonly InvalidParam[];
	/** JSON-safe facts for the caller (who holds the lock, which digest was seen …); never a secret. */
	details?: Readonly<Record<string, unknown>>;
	cause?: unknown;
};

/** Next bundles instrumentation and routes apart, so this class exists more than once in a process; the brand is one. */
const BRAND = Symbol.for('packyard.AppError');

/** The one error class: a closed code, a sentence for people, and the next step. */
export class AppError extends Error {
	static override [Symbol.hasInstance](value: unknown): boolean {
		return typeof value === 'object' && value !== null && Reflect.get(value, BRAND) === true;
	}

	override readonly name = 'AppError';
	readonly code: ErrorCode;
	readonly hint: string | undefined;
	readonly invalidParams: readonly InvalidParam[];
	readonly details: Readonly<Record<string, unknown>>;

	constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
		super(message, options.cause === undefined ? undefined : { cause: options.cause });
		Object.defineProperty(this, BRAND, { value: true });
		this.code = code;
		this.hint = options.hint;
		this.invalidParams = options.invalidParams ?? [];
		this.details = options.details ?? {};
	}

	get status(): number {
		return statusByCode[this.code];
	}
}

/** Narrow an unknown thrown value; `code` optionally demands one of our codes. */
export function isAppError(error: unknown, code?: ErrorCode): error is AppError {
	return error instanceof AppError && (code === undefined || error.code === code);
}

/** The message of anything thrown, for logs and technical detail; never the stack. */
export function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
