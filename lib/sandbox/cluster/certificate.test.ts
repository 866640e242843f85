import { createPrivateKey, X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { createCertificate } from './certificate';

test('the certificate is its own authority, for the loopback names, valid now and for years', () => {
	const { certPem, keyPem } = createCertificate();
	const certificate = new X509Certificate(certPem);
	expect(certificate.ca).toBe(true);
	expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
	expect(certificate.checkHost('localhost')).toBe('localhost');
	expect(certificate.checkHost('example.com')).toBeUndefined();
	expect(certificate.verify(certificate.publicKey)).toBe(true);
	expect(certificate.checkPrivateKey(createPrivateKey(keyPem))).toBe(true);
	expect(Date.parse(certificate.validFrom)).toBeLessThan(Date.now());
	expect(Date.parse(certificate.validTo)).toBeGreaterThan(Date.now() + 5 * 365 * 86_400_000);
});

test('two certificates share neither key nor serial number', () => {
	const [first, second] = [createCertificate(), createCertificate()];
	expect(first.keyPem).not.toBe(second.keyPem);
	expect(new X509Certificate(first.certPem).serialNumber).not.toBe(new X509Certificate(second.certPem).serialNumber);
});
