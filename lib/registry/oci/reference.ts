import { registryHostOf } from '@/lib/contracts/source-config';
import { AppError } from '@/lib/core';

/** A parsed `oci://` reference. `tag` and `digest` are null when not given. */
export type Reference = { host: string; repository: string; tag: string | null; digest: string | null };

/** Largest name that every registry takes (distribution-spec 1.1.1, "Pulling manifests"). */
const LONGEST_REPOSITORY = 255;

const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9]([a-z0-9.-]*[a-z0-9])?)(:\d{1,5})?$/;
const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const REPOSITORY = new RegExp(`^${COMPONENT}(?:/${COMPONENT})*$`);
const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;
const DIGEST = /^sha256:[a-f0-9]{64}$/;

/**
 * Read `oci://host[:port]/repository[:tag][@sha256:…]`. Throws AppError `invalid_request` saying which part is wrong;
 * credentials, queries and escapes are never part of a reference.
 */
export function parseReference(text: string): Reference {
	const match = /^oci:\/\/([^/]+)\/([^:@]+)(?::([^@]*))?(?:@(.*))?$/i.exec(text.trim());
	if (!match) throw invalid(text, 'it must look like oci://host/name:tag');
	const [, rawHost = '', repository = '', tag, digest] = match;
	const host = rawHost.toLowerCase();
	if (!HOST.test(host)) throw invalid(text, `${JSON.stringify(rawHost)} is not a host name`);
	if (!isRepositoryName(repository)) throw invalid(text, `${JSON.stringify(repository)} is not a repository name`);
	if (tag !== undefined && !TAG.test(tag)) throw invalid(text, `${JSON.stringify(tag)} is not a tag`);
	if (digest !== undefined && !isDigest(digest))
		throw invalid(text, `${JSON.stringify(digest)} is not a sha256 digest`);
	return { host: registryHostOf(host), repository, tag: tag ?? null, digest: digest ?? null };
}

export function isRepositoryName(text: string): boolean {
	return text.length <= LONGEST_REPOSITORY && REPOSITORY.test(text);
}

/** True for `sha256:` and 64 lower-case hex digits; no other algorithm is accepted anywhere. */
export function isDigest(text: string): boolean {
	return DIGEST.test(text);
}

export function isTag(text: string): boolean {
	return TAG.test(text);
}

function invalid(text: string, why: string): AppError {
	return new AppError(
		'invalid_request',
		`The reference ${JSON.stringify(text.slice(0, 200))} cannot be read: ${why}.`,
		{
			hint: 'The publisher has to correct it in the manifest.',
		},
	);
}
