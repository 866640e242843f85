import { isRecord } from '@/lib/core';
import type { NoteBook } from './notes';

/**
 * Readers of single fields: take what is usable, note what is not, never throw. `path` is where the field stands in
 * the file.
 */

/** Control characters, and format characters such as those that reverse the reading direction. */
const HIDDEN = /[\p{Cc}\p{Cf}]+/gu;
const PACK_ID = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** Ids become names of folders, releases and database keys, so the alphabet is small. */
export function isPackId(text: string): boolean {
	return PACK_ID.test(text);
}

/** Text for people: control and direction characters removed, cut at `longest`. Null when missing or unusable. */
export function readText(value: unknown, path: string, longest: number, notes: NoteBook): string | null {
	if (value === undefined || value === null) return null;
	const text = typeof value === 'string' ? value : localised(value);
	if (text === null || typeof value !== 'string') notes.warn('wrong-type', path, 'text');
	if (text === null) return null;
	const clean = text.slice(0, longest).replace(HIDDEN, ' ').trim();
	if (text.length > longest) notes.warn('text-shortened', path);
	return clean === '' ? null : clean;
}

/** A value delivered to a container: kept byte for byte; numbers and booleans become text with a note. */
export function readValue(value: unknown, path: string, notes: NoteBook): string | null {
	if (value === undefined || value === null) return null;
	if (typeof value === 'string') return value;
	if (typeof value === 'number' || typeof value === 'boolean') {
		notes.warn('value-coerced', path);
		return String(value);
	}
	notes.warn('wrong-type', path, 'text');
	return null;
}

/** A list, cut at `longest` with a blocker: a cut contract must not be installed. */
export function readList(value: unknown, path: string, longest: number, notes: NoteBook): unknown[] {
	if (value === undefined || value === null) return [];
	if (!Array.isArray(value)) {
		notes.block('wrong-type', path, 'a list');
		return [];
	}
	if (value.length > longest) notes.block('list-too-long', path, String(longest));
	return value.slice(0, longest);
}

export function readObject(value: unknown, path: string, notes: NoteBook): Record<string, unknown> | null {
	if (value === undefined || value === null) return null;
	if (isRecord(value)) return value;
	notes.warn('wrong-type', path, 'an object');
	return null;
}

/** TCP ports 1 to 65535; anything else is left out with a note. */
export function readPorts(value: unknown, path: string, notes: NoteBook): number[] | null {
	if (value === undefined || value === null) return null;
	if (!Array.isArray(value)) {
		notes.warn('wrong-type', path, 'a list');
		return null;
	}
	const ports: number[] = [];
	for (const port of value.slice(0, 100)) {
		if (typeof port === 'number' && Number.isInteger(port) && port > 0 && port < 65_536) ports.push(port);
		else notes.warn('wrong-type', path, 'a list of port numbers');
	}
	return ports;
}

/** One note per field nobody reads, so that a misspelt `requried` is seen. */
export function noteUnknownFields(
	value: Record<string, unknown>,
	known: ReadonlySet<string>,
	path: string,
	notes: NoteBook,
): void {
	for (const field of Object.keys(value)) {
		if (!known.has(field)) notes.warn('unknown-field', path === '' ? field : `${path}.${field}`);
	}
}

/** Other KhalOS catalogs carry names as `{ "pt-BR": … }` and npm carries authors as `{ name }`: take the best text. */
function localised(value: unknown): string | null {
	if (!isRecord(value)) return null;
	for (const field of ['en', 'en-US', 'name', 'url', 'pt-BR', 'pt']) {
		const text = Object.hasOwn(value, field) ? value[field] : undefined;
		if (typeof text === 'string') return text;
	}
	return null;
}
