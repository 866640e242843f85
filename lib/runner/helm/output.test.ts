import { expect, test } from 'vitest';
import { helmError, parseHelmRelease, parseLogfmt, readHelmLine } from './output';

test('values and chart are dropped from what Helm prints about a release', () => {
	const printed = {
		name: 'hello',
		version: 3,
		info: { status: 'deployed' },
		manifest: 'kind: X',
		config: { p: 'hunter2' },
		chart: {},
	};
	const release = parseHelmRelease(`Release is new.\n${JSON.stringify(printed)}`);
	expect(release).toMatchObject({ version: 3, info: { status: 'deployed' } });
	expect(JSON.stringify(release)).not.toContain('hunter2');
});

test('an unreadable answer is an error that does not repeat it', () => {
	expect(() => parseHelmRelease('{"config":{"p":"hunter2"}}')).toThrow(/did not print the release/);
	expect(() => parseHelmRelease('{"config":{"p":"hunter2"}}')).not.toThrow(/hunter2/);
});

test('logfmt with quotes, escapes and empty values', () => {
	expect(parseLogfmt('level=DEBUG msg="a \\"b\\" c" name=x empty= n=3')).toEqual({
		level: 'DEBUG',
		msg: 'a "b" c',
		name: 'x',
		empty: '',
		n: '3',
	});
});

test('a debug line becomes a sentence with the object and its status', () => {
	expect(
		readHelmLine(
			'level=DEBUG msg="waiting for resource" name=web kind=Deployment expectedStatus=Current actualStatus=InProgress',
		),
	).toEqual({
		level: 'debug',
		text: 'waiting for resource Deployment web (InProgress)',
	});
});

test('lines that are not logfmt pass through, errors marked', () => {
	expect(readHelmLine('Error: no')).toEqual({ level: 'error', text: 'Error: no' });
	expect(readHelmLine('NOTES:')).toEqual({ level: 'info', text: 'NOTES:' });
});

test('the message of a failure starts at the last Error', () => {
	expect(helmError('level=DEBUG msg=x\nError: first\nError: second\nline two\n')).toBe('second\nline two');
	expect(helmError('nothing')).toBe('');
});
