import { expect, test } from 'vitest';
import { localPath } from './sign-in-form';

test('after signing in one returns to the page one came from', () => {
	expect(localPath('/packs/terminal?tab=notes')).toBe('/packs/terminal?tab=notes');
	expect(localPath(undefined)).toBe('/');
});

test('an address of another origin is never followed', () => {
	for (const next of ['https://evil.example', '//evil.example', '/\\evil.example', 'javascript:alert(1)', '']) {
		expect(localPath(next)).toBe('/');
	}
});
