import { isRecord } from '@/lib/core';
import type { NoteBook } from './notes';
import { noteUnknownFields, readList, readObject, readText, readValue } from './read';
import { type EnvVar, EnvVarType } from './schema';
import { looksSecret } from './secrecy';

const MOST_KEYS = 500;
const LONGEST_DESCRIPTION = 2_000;
const ENV_FIELDS = new Set(['key', 'description', 'required', 'default', 'type', 'visibility']);
const KEY = /^[A-Za-z_][A-Za-z0-9_]{0,255}$/;
const RESERVED = new Set(['PATH', 'NODE_OPTIONS', '__proto__']);
const RESERVED_PREFIXES = ['LD_', 'KUBERNETES_'];

export type ContractSources = { env: unknown; backendEnv: unknown; settings: unknown };

/**
 * The merged environment contract: `env[]`, then empty `backend.env` values (a question without words), then
 * `settings.secrets`, then an inline `settings.schema`. The first declaration keeps its words; secrecy is the OR of
 * all hints, so that no source can make public what another calls secret (facts/khalos.md 1.5).
 */
export function readContract(
	sources: ContractSources,
	notes: NoteBook,
): { contract: EnvVar[]; staticEnv: Record<string, string> } {
	const contract = new Map<string, EnvVar>();
	readEnvList(sources.env, contract, notes);
	const staticEnv = readBackendEnv(sources.backendEnv, contract, notes);
	readSettings(readObject(sources.settings, 'settings', notes), contract, notes);
	return { contract: [...contract.values()], staticEnv };
}

function readEnvList(value: unknown, contract: Map<string, EnvVar>, notes: NoteBook): void {
	for (const [index, entry] of readList(value, 'env', MOST_KEYS, notes).entries()) {
		const path = `env[${index}]`;
		if (!isRecord(entry)) {
			notes.block('env-key-invalid', path);
			continue;
		}
		const key = readKey(entry.key, `${path}.key`, notes);
		if (key === null) continue;
		if (contract.has(key)) {
			notes.block('env-key-duplicate', `${path}.key`, key);
			continue;
		}
		noteUnknownFields(entry, ENV_FIELDS, path, notes);
		contract.set(key, readEnvVar(key, entry, path, notes));
	}
}

function readEnvVar(key: string, entry: Record<string, unknown>, path: string, notes: NoteBook): EnvVar {
	const declared = readType(entry.type, `${path}.type`, notes);
	const guessed = declared === null && looksSecret(key);
	const vault = readVault(entry.visibility, `${path}.visibility`, notes);
	if (guessed) notes.warn('env-guessed-secret', path, key);
	if ((declared === 'secret' || guessed) && vault === false)
		notes.warn('env-secret-as-config', `${path}.visibility`, key);
	const type = declared ?? (guessed || vault === true ? 'secret' : 'string');
	return {
		key,
		description: readText(entry.description, `${path}.description`, LONGEST_DESCRIPTION, notes) ?? '',
		required: readRequired(entry.required, `${path}.required`, notes),
		default: readDefault(entry.default, `${path}.default`, notes),
		type,
		storage: type === 'secret' || vault === true ? 'vault' : 'config',
		declaredBy: 'env',
	};
}

/** An empty default says no more than none: "unset" has to stay a state of its own. */
function readDefault(value: unknown, path: string, notes: NoteBook): string | null {
	const text = readValue(value, path, notes);
	return text === '' ? null : text;
}

/** An unknown type is asked for as text: refusing the pack would help nobody. */
function readType(value: unknown, path: string, notes: NoteBook): EnvVarType | null {
	if (value === undefined || value === null) return null;
	const type = EnvVarType.safeParse(value);
	if (type.success) return type.data;
	notes.warn('env-type-unknown', path, typeof value === 'string' ? value : '');
	return 'string';
}

/** True = vault, false = config, null = not said. Anything unknown is the vault, the safe side. */
function readVault(value: unknown, path: string, notes: NoteBook): boolean | null {
	if (value === undefined || value === null) return null;
	if (value === 'config') return false;
	if (value !== 'vault') notes.warn('env-visibility-unknown', path, typeof value === 'string' ? value : '');
	return true;
}

function readRequired(value: unknown, path: string, notes: NoteBook): boolean {
	if (typeof value === 'boolean') return value;
	notes.warn('env-required-missing', path);
	return value === 'true';
}

/** Non-empty values are the pack's own; an empty one means "ask the customer" and says neither type nor secrecy. */
function readBackendEnv(value: unknown, contract: Map<string, EnvVar>, notes: NoteBook): Record<string, string> {
	const entries: [string, string][] = [];
	const list = Object.entries(readObject(value, 'backend.env', notes) ?? {});
	if (list.length > MOST_KEYS) notes.block('list-too-long', 'backend.env', String(MOST_KEYS));
	for (const [name, raw] of list.slice(0, MOST_KEYS)) {
		const path = `backend.env.${name}`;
		const key = readKey(name, path, notes);
		if (key === null) continue;
		const text = readValue(raw, path, notes) ?? '';
		if (text !== '') entries.push([key, text]);
		else if (!contract.has(key)) contract.set(key, undescribed(key, looksSecret(key), 'backend.env'));
	}
	return Object.fromEntries(entries);
}

function readSettings(settings: Record<string, unknown> | null, contract: Map<string, EnvVar>, notes: NoteBook): void {
	if (!settings) return;
	for (const [index, name] of readList(settings.secrets, 'settings.secrets', MOST_KEYS, notes).entries()) {
		const key = readKey(name, `settings.secrets[${index}]`, notes);
		if (key === null) continue;
		const declared = contract.get(key);
		contract.set(key, declared ? asSecret(declared) : undescribed(key, true, 'settings.secrets'));
	}
	const schema = readObject(settings.schema, 'settings.schema', notes);
	if (!schema) return;
	if (isRecord(schema.properties)) readSettingsSchema(schema, schema.properties, contract, notes);
	// The path leads into the publisher's repository, which neither the chart nor the tarball carries.
	else notes.warn('settings-elsewhere', 'settings.schema');
}

function readSettingsSchema(
	schema: Record<string, unknown>,
	properties: Record<string, unknown>,
	contract: Map<string, EnvVar>,
	notes: NoteBook,
): void {
	const required = new Set(Array.isArray(schema.required) ? schema.required.slice(0, MOST_KEYS) : []);
	const entries = Object.entries(properties);
	if (entries.length > MOST_KEYS) notes.block('list-too-long', 'settings.schema.properties', String(MOST_KEYS));
	for (const [name, property] of entries.slice(0, MOST_KEYS)) {
		const path = `settings.schema.properties.${name}`;
		const key = readKey(name, path, notes);
		if (key === null || contract.has(key)) continue;
		const fields = isRecord(property) ? property : {};
		contract.set(key, {
			key,
			description: readText(fields.description, `${path}.description`, LONGEST_DESCRIPTION, notes) ?? '',
			required: required.has(name),
			default: readDefault(fields.default, `${path}.default`, notes),
			type: settingType(fields),
			storage: 'config',
			declaredBy: 'settings.schema',
		});
	}
}

function settingType(fields: Record<string, unknown>): EnvVarType {
	if (fields.type === 'boolean') return 'boolean';
	if (fields.type === 'number' || fields.type === 'integer') return 'number';
	return fields.format === 'uri' || fields.format === 'url' ? 'url' : 'string';
}

/** A typed number or url keeps its check; plain text becomes a secret outright. */
function asSecret(variable: EnvVar): EnvVar {
	return { ...variable, type: variable.type === 'string' ? 'secret' : variable.type, storage: 'vault' };
}

/** Required, because KhalOS itself stops when a listed setting or secret is missing (facts/khalos.md 6.5). */
function undescribed(key: string, secret: boolean, declaredBy: EnvVar['declaredBy']): EnvVar {
	return {
		key,
		description: '',
		required: true,
		default: null,
		type: secret ? 'secret' : 'string',
		storage: secret ? 'vault' : 'config',
		declaredBy,
	};
}

/** Reserved names would change how the container or its loader works, so no pack may set them. */
function readKey(value: unknown, path: string, notes: NoteBook): string | null {
	if (typeof value !== 'string' || !KEY.test(value)) {
		notes.block('env-key-invalid', path, typeof value === 'string' ? value : '');
		return null;
	}
	if (RESERVED.has(value) || RESERVED_PREFIXES.some((prefix) => value.startsWith(prefix))) {
		notes.block('env-key-reserved', path, value);
		return null;
	}
	return value;
}
