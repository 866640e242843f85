import type { RequestInstall, RequestOperation } from '@/lib/contracts/installs';
import type { Operation } from '@/lib/contracts/operations';
import { AppError, Secret } from '@/lib/core';
import type { Db } from '@/lib/db';
import { digestOf } from '@/lib/digest';
import { findOperationByRequest, getJob } from './operations/store';
import { OperationRequest } from './schema';

/**
 * Digest of everything a request asks for, to tell the same one sent twice from another one under its id. Of a secret
 * only the keyed fingerprint goes in. Pure.
 */
export function askedOf(
	installId: string | null,
	body: RequestInstall | RequestOperation,
	fingerprint: (secret: Secret) => string,
): string {
	const secrets = 'answers' in body ? Object.entries(body.answers.secrets) : [];
	return digestOf({
		...body,
		requestId: null,
		installId,
		answers: 'answers' in body ? body.answers.plain : null,
		secrets: Object.fromEntries(secrets.map(([key, value]) => [key, fingerprint(new Secret(value))])),
	});
}

/**
 * The operation an earlier request with this id has led to; null when there is none. Throws AppError `conflict` when that
 * one asked for something else: answering with it would pretend that this was done.
 */
export async function findRepeated(
	db: Db,
	{ requestId, asked }: { requestId: string; asked: string },
): Promise<Operation | null> {
	const known = await findOperationByRequest(db, requestId);
	if (known === null) return null;
	const before = OperationRequest.parse((await getJob(db, known.id)).request).asked;
	if (before === asked) return known;
	throw new AppError(
		'conflict',
		`This request was used before for something else (${known.kind} of ${known.release} in ${known.namespace}), so it was not carried out.`,
		{ hint: 'Load the page again and ask once more.', details: { operationId: known.id } },
	);
}
