/** What is wrong with a TLS connection, and what to do: Node's and OpenSSL's codes put into words. */
export type TlsProblem = { sentence: string; hint: string };

/**
 * Completes "registry.example …". Null when the code is not about TLS. `names` are those the certificate is for, when
 * the server showed one for somebody else. Codes: Node, `tls` (X.509 codes) and `errors` (ERR_SSL_*).
 */
export function tlsProblem(code: string, names: string | null = null): TlsProblem | null {
	const known = problems.find(({ codes }) => codes.test(code));
	if (known === undefined) return null;
	const whose = known.isAboutNames && names !== null ? ` (${names})` : ` (${code})`;
	return { sentence: `${known.sentence}${whose}`, hint: known.hint };
}

const problems: readonly (TlsProblem & { codes: RegExp; isAboutNames?: true })[] = [
	{
		codes: /^CERT_HAS_EXPIRED$/,
		sentence: 'shows a certificate that has expired',
		hint: 'Whoever runs the server has to renew it. If it looks valid elsewhere, check the clock of this machine.',
	},
	{
		codes: /^CERT_NOT_YET_VALID$/,
		sentence: 'shows a certificate that is not valid yet',
		hint: 'Check the clock of this machine, then the certificate of the server.',
	},
	{
		codes: /^ERR_TLS_CERT_ALTNAME_(INVALID|FORMAT)$|^HOSTNAME_MISMATCH$/,
		sentence: 'shows a certificate for another name',
		hint: 'Use the name the certificate is for, or have a certificate made that includes the name used here.',
		isAboutNames: true,
	},
	{
		codes: /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN)$/,
		sentence: 'shows a certificate that only vouches for itself',
		hint: 'If it is your own, enter it under Own certificates of this source, as its authority (CA).',
	},
	{
		codes: /^(UNABLE_TO_(VERIFY|GET_ISSUER)|CERT_UNTRUSTED|INVALID_CA|CERT_CHAIN_TOO_LONG|CERT_SIGNATURE_FAILURE)/,
		sentence: 'shows a certificate of an authority that is not known here',
		hint: 'Enter the certificate of your authority (CA) under Own certificates of this source, or have the server send its whole chain.',
	},
	{
		codes: /^(CERT_REVOKED|CERT_REJECTED)$/,
		sentence: 'shows a certificate that was withdrawn',
		hint: 'Whoever runs the server has to replace it.',
	},
	{
		codes: /^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|BAD_RECORD_TYPE|RECORD_LAYER_FAILURE)$/,
		sentence: 'does not speak TLS on this port',
		hint: 'Check the port. If the registry really has no TLS, choose to talk to it without (plain http) under Network of this source.',
	},
	{
		codes: /^ERR_SSL_(TLSV1_ALERT_PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|NO_PROTOCOLS_AVAILABLE|VERSION_TOO_LOW)$/,
		sentence: 'speaks only versions of TLS that are not safe any more',
		hint: 'Whoever runs the server has to switch on TLS 1.2 or newer.',
	},
	{
		codes: /^ERR_SSL_(SSLV3_ALERT_(HANDSHAKE_FAILURE|BAD_CERTIFICATE)|TLSV13_ALERT_CERTIFICATE_REQUIRED)$/,
		sentence: 'refused the TLS handshake',
		hint: 'It may want to see a certificate of ours, which sources do not have, or old ciphers. Ask whoever runs it.',
	},
	{
		codes: /CERT|SSL|TLS|SELF_SIGNED|ISSUER|^EPROTO$/,
		sentence: 'and this machine cannot agree on a TLS connection',
		hint: 'Check the port, and any proxy in between. The code in brackets helps whoever runs the server.',
	},
];
