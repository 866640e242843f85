import { z } from 'zod';
import { AppError } from '@/lib/core';

export type LineLevel = 'debug' | 'info' | 'warn' | 'error';
export type HelmLine = { level: LineLevel; text: string };

/**
 * `-o json` of install and upgrade. It also carries `config` (the values) and `chart` (whole); this schema drops them
 * so that they cannot be logged or returned by accident.
 */
export const HelmRelease = z.object({
	name: z.string(),
	version: z.int(),
	info: z.object({ status: z.string(), description: z.string().default('') }),
	manifest: z.string().default(''),
});
export type HelmRelease = z.infer<typeof HelmRelease>;

/** Parse stdout of a successful apply; Helm prints notices before the JSON. Throws `upstream_invalid`. */
export function parseHelmRelease(stdout: string): HelmRelease {
	const start = stdout.indexOf('{');
	try {
		return HelmRelease.parse(JSON.parse(stdout.slice(Math.max(0, start))));
	} catch {
		// No cause: the JSON holds the values of the release.
		throw new AppError('upstream_invalid', 'Helm succeeded but did not print the release as expected.');
	}
}

/** One line of `--debug` output (slog logfmt in Helm 4) as a person reads it; anything else is passed on as it is. */
export function readHelmLine(line: string): HelmLine {
	if (!line.startsWith('level=')) {
		return { level: line.startsWith('Error:') ? 'error' : line.startsWith('WARNING') ? 'warn' : 'info', text: line };
	}
	const { level = 'INFO', msg = '', ...fields } = parseLogfmt(line);
	return { level: levels[level] ?? 'info', text: describe(msg, fields) };
}

/** `a=b c="d e"` → `{ a: 'b', c: 'd e' }`. */
export function parseLogfmt(line: string): Record<string, string> {
	const fields: Record<string, string> = {};
	for (const [, key = '', value = ''] of line.matchAll(/([\w.-]+)=("(?:[^"\\]|\\.)*"|\S*)/g)) {
		fields[key] = value.startsWith('"') ? unquote(value) : value;
	}
	return fields;
}

/** The message of a failed run: from the last `Error: ` to the end. */
export function helmError(stderr: string): string {
	const start = stderr.lastIndexOf('Error: ');
	return start === -1 ? '' : stderr.slice(start + 'Error: '.length).trim();
}

const levels: Record<string, LineLevel> = { DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' };

function describe(msg: string, fields: Record<string, string>): string {
	const object = [fields.kind ?? fields.resource, fields.name].filter(Boolean).join(' ');
	const extra = [
		fields.actualStatus ?? fields.status,
		fields.count && `${fields.count} objects`,
		fields.timeout,
		fields.error,
	];
	const details = extra.filter(Boolean).join(', ');
	return [msg, object, details && `(${details})`].filter(Boolean).join(' ');
}

function unquote(quoted: string): string {
	try {
		const text: unknown = JSON.parse(quoted);
		return typeof text === 'string' ? text : quoted;
	} catch {
		// Go escapes a few characters JSON does not know (\x1b, \'); the inner text is good enough for a log line.
		return quoted.slice(1, -1);
	}
}
