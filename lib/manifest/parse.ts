import { isRecord } from '@/lib/core';
import { readContract } from './contract';
import { readFrontends } from './frontends';
import { NoteBook } from './notes';
import { isKnownPermission } from './permissions';
import { isPackId, noteUnknownFields, readList, readObject, readPorts, readText } from './read';
import { type Reference, readChartReference, readImageReference, safePath } from './references';
import type { Backend, Frontend, Manifest, PackService, ParsedManifest } from './schema';
import { parseVersion } from './version';

const LARGEST_BYTES = 256 * 1024;
const DEEPEST = 32;
const ROOT_FIELDS = new Set(
	'$schema schemaVersion kind id name version icon description author license repository minHostVersion minUpgradeFrom permissions frontend bundlePath bundleUrl apps backend services windows views desktop env deploy sandbox tauri requires defaultScope allowedScopes settings'.split(
		' ',
	),
);
const BACKEND_FIELDS = new Set(['image', 'helmChart', 'env', 'ports']);

/**
 * Read a `khal-app.json` of any generation, as text or as parsed JSON. Never throws: what cannot be used is a blocker,
 * what is merely odd a warning. A manifest is returned beside blockers whenever there is something to show. At most
 * 256 KB and 32 levels deep; no field is fetched or executed (facts/khalos.md 1.5).
 */
export function parseManifest(raw: unknown): ParsedManifest {
	const notes = new NoteBook();
	const root = readRoot(raw, notes);
	const manifest = root ? readManifest(root, notes) : null;
	return { manifest, warnings: notes.warnings, blockers: notes.blockers };
}

/** Parsed input is written out and read again, so that getters, cycles and prototypes cannot reach the readers. */
function readRoot(raw: unknown, notes: NoteBook): Record<string, unknown> | null {
	let root: unknown;
	try {
		const text = typeof raw === 'string' ? raw : JSON.stringify(raw);
		if (text === undefined) throw new TypeError('Not a JSON value');
		if (text.length > LARGEST_BYTES || new TextEncoder().encode(text).length > LARGEST_BYTES) {
			notes.block('too-large', '');
			return null;
		}
		root = JSON.parse(text.startsWith('\ufeff') ? text.slice(1) : text);
	} catch {
		// The reason is the file itself; the note carries it to the page.
		notes.block('not-json', '');
		return null;
	}
	if (!isRecord(root)) notes.block('not-object', '');
	else if (isDeeperThan(root, DEEPEST)) notes.block('too-deep', '');
	else return root;
	return null;
}

/** Level by level rather than by recursion: 256 KB hold a nesting that would end the stack. */
function isDeeperThan(root: unknown, limit: number): boolean {
	let level: unknown[] = [root];
	for (let depth = 0; depth < limit; depth += 1) {
		const next: unknown[] = [];
		for (const value of level) {
			if (typeof value !== 'object' || value === null) continue;
			for (const child of Object.values(value)) if (typeof child === 'object' && child !== null) next.push(child);
		}
		if (next.length === 0) return false;
		level = next;
	}
	return true;
}

function readManifest(root: Record<string, unknown>, notes: NoteBook): Manifest {
	noteUnknownFields(root, ROOT_FIELDS, '', notes);
	const desktop = isRecord(root.desktop) ? root.desktop : {};
	const id = readId(root.id, notes);
	const name = readText(root.name, 'name', 120, notes);
	if (name === null) notes.warn('name-missing', 'name');
	const backendRoot = readObject(root.backend, 'backend', notes);
	const { contract, staticEnv } = readContract(
		{ env: root.env, backendEnv: backendRoot?.env, settings: root.settings },
		notes,
	);
	const backend = backendRoot ? readBackend(backendRoot, staticEnv, notes) : null;
	const frontends = readFrontends(root, id, name ?? id, notes);
	const services = readServices(root.services, notes);
	if (services.length > 0 && !backend) notes.warn('services-without-backend', 'services');
	const hasApps = Array.isArray(root.apps) && root.apps.length > 0;
	return {
		id,
		name: name ?? id,
		version: readVersion(root.version, 'version', notes),
		kind: readText(root.kind, 'kind', 40, notes) ?? 'app',
		description:
			readText(root.description, 'description', 4_000, notes) ??
			readText(desktop.comment, 'desktop.comment', 4_000, notes) ??
			'',
		author: readText(root.author, 'author', 200, notes) ?? '',
		icon: readIcon(root.icon ?? desktop.icon, root.icon === undefined ? 'desktop.icon' : 'icon', notes),
		license: readText(root.license, 'license', 200, notes),
		repository: readText(root.repository, 'repository', 500, notes),
		permissions: readPermissions(root.permissions, notes),
		permissionsDeclared: Array.isArray(root.permissions),
		shape: shapeOf(backend, frontends, services, hasApps),
		frontends,
		backend,
		services,
		sandbox: readSandbox(root.sandbox, notes),
		requires: readObject(root.requires, 'requires', notes),
		scopes: {
			default: readText(root.defaultScope, 'defaultScope', 40, notes),
			allowed: readWords(root.allowedScopes, 'allowedScopes', notes),
		},
		minUpgradeFrom:
			(root.minUpgradeFrom ?? null) === null ? null : readVersion(root.minUpgradeFrom, 'minUpgradeFrom', notes),
		contract,
	};
}

function readId(value: unknown, notes: NoteBook): string {
	if (value === undefined || value === null || value === '') {
		notes.block('id-missing', 'id');
		return '';
	}
	const id = readText(value, 'id', 64, notes) ?? '';
	if (!isPackId(id)) notes.block('id-invalid', 'id', id);
	return id;
}

/** Git tags carry a `v`, registries do not: compare without it. */
function readVersion(value: unknown, path: string, notes: NoteBook): string | null {
	if (value === undefined || value === null) {
		notes.warn('version-missing', path);
		return null;
	}
	if (typeof value !== 'string' || !parseVersion(value)) {
		notes.block('version-invalid', path, typeof value === 'string' ? value : '');
		return null;
	}
	if (!value.startsWith('v')) return value;
	notes.warn('version-prefixed', path);
	return value.slice(1);
}

/** `/icons/…` are files of the shell and exist nowhere else; remote pictures are never loaded. */
function readIcon(value: unknown, path: string, notes: NoteBook): string | null {
	const text = readText(value, path, 500, notes);
	if (text === null) {
		notes.warn('icon-missing', 'icon');
		return null;
	}
	if (text.startsWith('/icons/')) {
		notes.warn('icon-unavailable', path, text);
		return null;
	}
	const safe = safePath(text);
	if (safe === null) notes.warn('path-refused', path, text);
	return safe;
}

function readPermissions(value: unknown, notes: NoteBook): string[] {
	if (value === undefined || value === null) notes.warn('permissions-undeclared', 'permissions');
	const permissions = new Set<string>();
	for (const [index, entry] of readList(value, 'permissions', 200, notes).entries()) {
		const permission = readText(entry, `permissions[${index}]`, 100, notes);
		if (permission === null) continue;
		if (!isKnownPermission(permission)) notes.warn('unknown-permission', `permissions[${index}]`, permission);
		permissions.add(permission);
	}
	return [...permissions];
}

function readBackend(root: Record<string, unknown>, env: Record<string, string>, notes: NoteBook): Backend {
	noteUnknownFields(root, BACKEND_FIELDS, 'backend', notes);
	return {
		image: readReference(root.image, 'backend.image', readImageReference, notes),
		helmChart: readReference(root.helmChart, 'backend.helmChart', readChartReference, notes),
		env,
		ports: readPorts(root.ports, 'backend.ports', notes),
	};
}

function readReference(
	value: unknown,
	path: string,
	read: (text: string) => Reference | null,
	notes: NoteBook,
): string | null {
	if (value === undefined || value === null) return null;
	const reference = typeof value === 'string' ? read(value) : null;
	if (!reference) {
		notes.block('reference-invalid', path, typeof value === 'string' ? value : '');
		return null;
	}
	if (reference.versioned) notes.warn('reference-versioned', path);
	return reference.address;
}

function readServices(value: unknown, notes: NoteBook): PackService[] {
	const services: PackService[] = [];
	for (const [index, entry] of readList(value, 'services', 100, notes).entries()) {
		const path = `services[${index}]`;
		const fields = readObject(entry, path, notes);
		if (!fields) continue;
		services.push({
			name: readText(fields.name, `${path}.name`, 120, notes) ?? `service ${index + 1}`,
			command: readText(fields.command, `${path}.command`, 500, notes),
			entry: readText(fields.entry, `${path}.entry`, 500, notes),
			runtime: readText(fields.runtime, `${path}.runtime`, 40, notes),
			ports: readPorts(fields.ports, `${path}.ports`, notes) ?? [],
		});
	}
	return services;
}

/** `true` means the platform's own default: a container per user, with sudo. */
function readSandbox(value: unknown, notes: NoteBook): Manifest['sandbox'] {
	if (value === undefined || value === null || value === false) return null;
	if (value === true) return { enabled: true, sudoers: true, mounts: 0 };
	const fields = readObject(value, 'sandbox', notes);
	if (!fields || fields.enabled === false) return null;
	return {
		enabled: true,
		sudoers: fields.sudoers !== false,
		mounts: Array.isArray(fields.mounts) ? fields.mounts.length : 0,
	};
}

function readWords(value: unknown, path: string, notes: NoteBook): string[] {
	if (value === undefined || value === null) return [];
	const list = Array.isArray(value) ? value.slice(0, 50) : [];
	if (!Array.isArray(value)) notes.warn('wrong-type', path, 'a list');
	return list.flatMap((entry) => readText(entry, path, 40, notes) ?? []);
}

function shapeOf(
	backend: Backend | null,
	frontends: readonly Frontend[],
	services: readonly PackService[],
	hasApps: boolean,
): Manifest['shape'] {
	if (hasApps) return 'bundle';
	if (backend) return frontends.length > 0 ? 'full-stack' : 'backend';
	if (services.length > 0) return 'services';
	return frontends.length > 0 ? 'frontend' : 'manifest-only';
}
