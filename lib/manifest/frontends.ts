import type { NoteBook } from './notes';
import { isPackId, noteUnknownFields, readList, readObject, readText } from './read';
import { isNpmName, safePath, safeUrl } from './references';
import type { Frontend } from './schema';

const MOST_APPS = 100;
const APP_FIELDS = new Set(['id', 'name', 'kind', 'frontend', 'icon', 'description', 'bundlePath', 'bundleUrl']);

/** A bundle lists its apps; then a root `frontend` has no meaning. */
export function readFrontends(root: Record<string, unknown>, id: string, name: string, notes: NoteBook): Frontend[] {
	const apps = readList(root.apps, 'apps', MOST_APPS, notes);
	const own = readFrontend(root, { id, name }, '', notes);
	if (apps.length === 0) return own ? [own] : [];
	if (own) notes.warn('frontend-ignored', 'frontend');
	const frontends: Frontend[] = [];
	for (const [index, app] of apps.entries()) {
		const path = `apps[${index}]`;
		const fields = readObject(app, path, notes);
		if (!fields) continue;
		noteUnknownFields(fields, APP_FIELDS, path, notes);
		const appId = readText(fields.id, `${path}.id`, 64, notes) ?? '';
		if (!isPackId(appId)) notes.block('id-invalid', `${path}.id`, appId);
		const appName = readText(fields.name, `${path}.name`, 120, notes) ?? appId;
		const nothing = { package: null, bundlePath: null, bundleUrl: null };
		const found = readFrontend(fields, { id: appId, name: appName }, `${path}.`, notes);
		frontends.push(found ?? { id: appId, name: appName, ...nothing });
	}
	return frontends;
}

function readFrontend(
	fields: Record<string, unknown>,
	identity: { id: string; name: string },
	prefix: string,
	notes: NoteBook,
): Frontend | null {
	const frontend = readObject(fields.frontend, `${prefix}frontend`, notes) ?? {};
	const found = {
		package: readPackage(frontend.package, `${prefix}frontend.package`, notes),
		bundlePath: readSafe(fields.bundlePath ?? frontend.bundlePath, `${prefix}bundlePath`, safePath, notes),
		bundleUrl: readSafe(fields.bundleUrl ?? frontend.bundleUrl, `${prefix}bundleUrl`, safeUrl, notes),
	};
	const named = (frontend.package ?? null) !== null;
	if (!named && found.bundlePath === null && found.bundleUrl === null) return null;
	if (!named && found.bundleUrl === null) notes.warn('frontend-unreachable', `${prefix}bundlePath`);
	return { ...identity, ...found };
}

function readPackage(value: unknown, path: string, notes: NoteBook): string | null {
	if (value === undefined || value === null) return null;
	if (typeof value === 'string' && isNpmName(value)) return value;
	notes.block('reference-invalid', path, typeof value === 'string' ? value : '');
	return null;
}

function readSafe(
	value: unknown,
	path: string,
	check: (text: string) => string | null,
	notes: NoteBook,
): string | null {
	if (value === undefined || value === null) return null;
	const safe = typeof value === 'string' ? check(value) : null;
	if (safe === null) notes.warn('path-refused', path, typeof value === 'string' ? value : '');
	return safe;
}
