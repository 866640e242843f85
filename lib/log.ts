import pino from 'pino';
import { redact } from '@/lib/core';

/** JSON lines: `log.info({ requestId }, 'words')`. Pass errors as `{ err }`. */
export type Logger = {
	debug(facts: object, message?: string): void;
	info(facts: object, message?: string): void;
	warn(facts: object, message?: string): void;
	error(facts: object, message?: string): void;
	/** A logger that adds `facts` to every line. */
	child(facts: Record<string, unknown>): Logger;
};

export type LoggerOptions = {
	level: 'debug' | 'info' | 'warn' | 'error';
	/** Appended to, made when missing, readable by its owner only; null = standard output. */
	file: string | null;
	/** Instead of a file (tests). */
	write?: (line: string) => void;
};

/**
 * The one logger. Every text of every line, whatever object or error it came in, passes the redactor last, so nothing
 * has to remember to do it.
 */
export function createLogger({ level, file, write }: LoggerOptions): Logger {
	// Synchronous: the lines before a crash are the interesting ones.
	const destination = write
		? { write }
		: pino.destination({ dest: file ?? 1, mkdir: true, append: true, sync: true, mode: 0o600 });
	return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime, hooks: { streamWrite } }, destination);
}

/** Text by text and not the whole line: replacing inside JSON could break it. */
function streamWrite(line: string): string {
	return `${JSON.stringify(JSON.parse(line), (_, value) => (typeof value === 'string' ? redact(value) : value))}\n`;
}
