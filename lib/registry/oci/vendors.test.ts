import { expect, test } from 'vitest';
import { vendorOf } from './vendors';

test.each([
	['123456789012.dkr.ecr.eu-west-1.amazonaws.com', 'eu-west-1'],
	['123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com', 'us-gov-west-1'],
	['123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn', 'cn-north-1'],
	['123456789012.dkr-ecr.sa-east-1.on.aws', 'sa-east-1'],
	['123456789012.DKR.ecr.eu-west-1.amazonaws.com:443', 'eu-west-1'],
])('%s is an ECR of %s, whose passwords end after 12 hours', (host, region) => {
	const vendor = vendorOf(host);

	expect(vendor?.renewal).toContain(`aws ecr get-login-password --region ${region}`);
	expect(vendor?.renewal).toContain('12 hours');
	expect(vendor?.ending?.nextStep).toContain(region);
});

test('an expired password of ECR is told from one that may not read something', () => {
	const { stale } = vendorOf('123456789012.dkr.ecr.eu-west-1.amazonaws.com') ?? {};

	expect(stale?.test('Your authorization token has expired. Reauthenticate and try again.')).toBe(true);
	expect(stale?.test('User: arn:aws:iam::1:user/x is not authorized to perform: ecr:BatchGetImage')).toBe(false);
});

test.each([
	'public.ecr.aws',
	'ecr.amazonaws.com',
	'dkr.ecr.eu-west-1.amazonaws.com.evil.example',
	'x123456789012.dkr.ecr.eu-west-1.amazonaws.com',
	'harbor.example',
])('%s is nobody special', (host) => {
	expect(vendorOf(host)).toBeNull();
});

test('OCIR and GHCR say what they take', () => {
	expect(vendorOf('gru.ocir.io')?.renewal).toContain('<namespace>/<user>');
	expect(vendorOf('ghcr.io')?.renewal).toContain('read:packages');
});
