import { describe, expect, test } from 'vitest';
import { parseReference } from './reference';

const digest = `sha256:${'a'.repeat(64)}`;

describe('parseReference', () => {
	test.each([
		['oci://ghcr.io/khal-os/charts/pack-x', ['ghcr.io', 'khal-os/charts/pack-x', null, null]],
		['oci://GHCR.io/a:1.2.0_build.5', ['ghcr.io', 'a', '1.2.0_build.5', null]],
		[`oci://127.0.0.1:5000/a/b@${digest}`, ['127.0.0.1:5000', 'a/b', null, digest]],
		[`oci://[::1]:5000/a:v1@${digest}`, ['[::1]:5000', 'a', 'v1', digest]],
		['oci://docker.io/library/x', ['registry-1.docker.io', 'library/x', null, null]],
	])('reads %s', (text, [host, repository, tag, found]) => {
		expect(parseReference(text)).toEqual({ host, repository, tag, digest: found });
	});

	test.each([
		'ghcr.io/a',
		'https://ghcr.io/a',
		'oci://user:pass@ghcr.io/a',
		'oci://ghcr.io',
		'oci://ghcr.io/',
		'oci://ghcr.io/A',
		'oci://ghcr.io/../v2/x',
		'oci://ghcr.io/a//b',
		'oci://ghcr.io/a?x=1',
		'oci://ghcr.io/a%2fb',
		'oci://ghcr.io/a:',
		'oci://ghcr.io/a:.x',
		'oci://ghcr.io/a@sha256:abc',
		'oci://ghcr.io/a@sha512:abc',
		`oci://ghcr.io/${'a'.repeat(300)}`,
	])('refuses %s with a reason', (text) => {
		expect(() => parseReference(text)).toThrowError(expect.objectContaining({ code: 'invalid_request' }));
	});
});
