import { mkdtemp, readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { AppError, Secret } from '@/lib/core';
import { createLogger } from './log';

function capture() {
	const lines: string[] = [];
	return { lines, log: createLogger({ level: 'info', file: null, write: (line) => lines.push(line) }) };
}

test('a living secret is removed from messages, facts, bindings, and errors with their causes', () => {
	const { lines, log } = capture();
	const secret = new Secret('s3cr3t"value');
	const text = secret.reveal();
	const cause = new Error(`inner ${text}`);
	const err = new AppError('internal', `outer ${text}`, { cause, details: { list: [text] } });
	log.info({}, `message ${text}`);
	log.child({ bound: text }).warn({ deep: { list: [text] }, encoded: btoa(text) });
	log.error({ err }, 'failed');
	expect(lines).toHaveLength(3);
	const parsed = lines.map((line) => JSON.stringify(JSON.parse(line)));
	for (const line of parsed) {
		expect(line).toContain('[secret]');
		expect(line).not.toContain('s3cr3t');
		expect(line).not.toContain(btoa(text));
	}
	expect(parsed[2]).toContain('inner');
});

test('a secret that looks like a part of the line itself leaves the line readable', () => {
	const { lines, log } = capture();
	const secret = new Secret('level');
	log.info({ attempts: 3 }, `a ${secret.reveal()} of its own`);
	expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 30, attempts: 3, msg: 'a [secret] of its own' });
});

test('lines below the level are not written', () => {
	const { lines, log } = capture();
	log.debug({}, 'quiet');
	log.info({}, 'loud');
	expect(lines).toHaveLength(1);
});

test('a log file is made with its folder, appended to, and readable by its owner only', async () => {
	const file = join(await mkdtemp(join(tmpdir(), 'packyard-test-')), 'logs', 'packyard.log');
	createLogger({ level: 'info', file }).info({}, 'first');
	createLogger({ level: 'info', file }).info({}, 'second');
	expect((await readFile(file, 'utf8')).trim().split('\n')).toHaveLength(2);
	expect((await stat(file)).mode & 0o077).toBe(0);
});
