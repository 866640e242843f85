import { expect, test } from 'vitest';
import { tlsProblem } from './tls';

test.each([
	['CERT_HAS_EXPIRED', 'expired'],
	['CERT_NOT_YET_VALID', 'not valid yet'],
	['ERR_TLS_CERT_ALTNAME_INVALID', 'another name'],
	['DEPTH_ZERO_SELF_SIGNED_CERT', 'vouches for itself'],
	['SELF_SIGNED_CERT_IN_CHAIN', 'vouches for itself'],
	['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'authority that is not known'],
	['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'authority that is not known'],
	['CERT_REVOKED', 'withdrawn'],
	['ERR_SSL_WRONG_VERSION_NUMBER', 'does not speak TLS'],
	['ERR_SSL_PACKET_LENGTH_TOO_LONG', 'does not speak TLS'],
	['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'not safe any more'],
	['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'refused the TLS handshake'],
	['ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR', 'cannot agree'],
])('%s is put into words, with the code for whoever runs the server', (code, words) => {
	const problem = tlsProblem(code);

	expect(problem?.sentence).toContain(words);
	expect(problem?.sentence).toContain(`(${code})`);
	expect(problem?.hint).toMatch(/^[A-Z].*\.$/);
});

test('a certificate for another name says for which', () => {
	expect(tlsProblem('ERR_TLS_CERT_ALTNAME_INVALID', 'harbor.example')?.sentence).toContain('(harbor.example)');
	expect(tlsProblem('CERT_HAS_EXPIRED', 'harbor.example')?.sentence).not.toContain('harbor.example');
});

test.each(['ECONNRESET', 'ENOTFOUND', 'UND_ERR_SOCKET'])('%s is not about TLS', (code) => {
	expect(tlsProblem(code)).toBeNull();
});
