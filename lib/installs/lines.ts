import type { OperationLine, StepName } from '@/lib/contracts/operations';
import { messageOf, redact } from '@/lib/core';
import type { Db } from '@/lib/db';
import { appendLines } from './operations/progress/store';

const FLUSH_MS = 250;
/** Lines that wait for a database that is away; older ones go first. */
const MAX_WAITING = 5000;

export type LineWriter = {
	say(level: OperationLine['level'], text: string): void;
	enter(step: StepName): void;
	current(): StepName;
	flush(): Promise<void>;
	close(): Promise<void>;
};

export type LineWriterOptions = {
	db: { client: Db };
	log: { warn(facts: object, message: string): void };
};

/**
 * Lines come faster than rows should be written: they are gathered and written a few times a second, in order. What a
 * database that is away does not take is kept for the next try.
 */
export function createLineWriter({ db, log }: LineWriterOptions, id: string): LineWriter {
	let waiting: Omit<OperationLine, 'id'>[] = [];
	let step: StepName = 'fetch';
	let writing: Promise<void> = Promise.resolve();
	const write = async () => {
		const lines = waiting;
		waiting = [];
		try {
			await appendLines(db.client, id, lines);
		} catch (error) {
			waiting = [...lines, ...waiting].slice(-MAX_WAITING);
			log.warn({ operation: id, problem: messageOf(error), lines: waiting.length }, 'log lines wait for the database');
		}
	};
	const flush = () => {
		writing = writing.then(write);
		return writing;
	};
	const timer = setInterval(() => void flush(), FLUSH_MS);
	return {
		say: (level, text) => {
			for (const part of redact(text).split('\n'))
				if (part.trim() !== '') waiting.push({ at: new Date().toISOString(), step, level, text: part });
		},
		enter: (name) => {
			step = name;
		},
		current: () => step,
		flush,
		close: async () => {
			clearInterval(timer);
			await flush();
		},
	};
}
