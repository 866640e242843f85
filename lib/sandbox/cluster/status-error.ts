import type { JsonObject } from './json';
import type { Kind } from './kinds';
import { resourceKey } from './kinds';

export type Cause = { field: string; message: string; reason?: string };

/** A refusal in the words of the Kubernetes API: people and our own classifier read these texts. */
export class StatusError extends Error {
	override readonly name = 'StatusError';
	readonly code: number;
	readonly reason: string;
	readonly details: JsonObject | undefined;

	constructor(code: number, reason: string, message: string, details?: JsonObject) {
		super(message);
		this.code = code;
		this.reason = reason;
		this.details = details;
	}

	/** The `meta/v1 Status` body. */
	toStatus(): JsonObject {
		const { message, reason, details, code } = this;
		return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, details, code };
	}
}

export function badRequest(message: string): StatusError {
	return new StatusError(400, 'BadRequest', message);
}

export function unknownResource(): StatusError {
	return new StatusError(404, 'NotFound', 'the server could not find the requested resource');
}

export function notFound(kind: Kind, name: string): StatusError {
	return new StatusError(404, 'NotFound', `${resourceKey(kind)} "${name}" not found`, about(kind, name));
}

export function alreadyExists(kind: Kind, name: string): StatusError {
	return new StatusError(409, 'AlreadyExists', `${resourceKey(kind)} "${name}" already exists`, about(kind, name));
}

/** Optimistic locking lost: the object changed since the caller read it. */
export function modifiedMeanwhile(kind: Kind, name: string): StatusError {
	const because = 'the object has been modified; please apply your changes to the latest version and try again';
	const message = `Operation cannot be fulfilled on ${resourceKey(kind)} "${name}": ${because}`;
	return new StatusError(409, 'Conflict', message, about(kind, name));
}

export function preconditionFailed(what: string, wanted: string, actual: string): StatusError {
	const message = `Precondition failed: ${what} in precondition: ${wanted}, ${what} in object meta: ${actual}`;
	return new StatusError(409, 'Conflict', message);
}

export function invalid(kind: Kind, name: string, causes: readonly Cause[]): StatusError {
	const title = kind.group ? `${kind.kind}.${kind.group}` : kind.kind;
	const list = causes.map(({ field, message }) => `${field}: ${message}`);
	// The API server puts one cause on the same line and several in brackets (apimachinery, errors.NewInvalid).
	const text = list.length === 1 ? list[0] : `[${list.join(', ')}]`;
	return new StatusError(422, 'Invalid', `${title} "${name}" is invalid: ${text}`, {
		name,
		group: kind.group || undefined,
		kind: kind.kind,
		causes: causes.map((cause) => ({ reason: 'FieldValueInvalid', ...cause })),
	});
}

export function unsupportedMedia(accepted: readonly string[]): StatusError {
	const list = accepted.join(', ');
	const message = `the body of the request was in an unknown format - accepted media types include: ${list}`;
	return new StatusError(415, 'UnsupportedMediaType', message);
}

function about(kind: Kind, name: string): JsonObject {
	return { name, group: kind.group || undefined, kind: kind.plural };
}
