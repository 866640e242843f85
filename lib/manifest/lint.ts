import { answerProblem } from './answers';
import type { LintCode } from './catalogue';
import { type Locale, lintSentence } from './messages';
import type { EnvVar, Manifest, ManifestNote } from './schema';
import { containsCredential, isPlaceholder, looksSecret } from './secrecy';
import { isSecretVar } from './secret-var';

export type ContractLint = { code: LintCode; key: string; message: string };

const CREDENTIAL_SCHEMES = /^(?:postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|redis|rediss|amqps?):/i;
const CREDENTIAL_NAMES = /(?:DATABASE|POSTGRES|MYSQL|MONGO|REDIS|AMQP|RABBIT|DSN|WEBHOOK)/i;

/**
 * Publishers' mistakes in a contract (facts/peers.md 5.A.7), for the page "Contract quality". Nothing here stops an
 * install. `notes` are the reader's own: some mistakes are gone once the manifest is normalised.
 */
export function lintContract(
	manifest: Manifest,
	{ notes = [], locale = 'en' }: { notes?: readonly ManifestNote[]; locale?: Locale } = {},
): ContractLint[] {
	const found: [LintCode, string][] = [];
	const seen = new Map<string, string>();
	for (const variable of manifest.contract) {
		for (const code of lintVariable(variable)) found.push([code, variable.key]);
		const twin = seen.get(variable.key.toUpperCase());
		if (twin !== undefined) found.push(['key-differs-by-case', variable.key]);
		seen.set(variable.key.toUpperCase(), variable.key);
		if (Object.hasOwn(manifest.backend?.env ?? {}, variable.key)) found.push(['pack-answers-question', variable.key]);
	}
	for (const [key, value] of Object.entries(manifest.backend?.env ?? {})) {
		if (containsCredential(value)) found.push(['credential-in-pack-value', key]);
	}
	for (const note of notes) {
		const code = lintByNote[note.code];
		if (code !== undefined) found.push([code, keyOfNote(note, manifest)]);
	}
	return found.map(([code, key]) => ({ code, key, message: lintSentence(locale, code, key) }));
}

function lintVariable(variable: EnvVar): LintCode[] {
	const codes: LintCode[] = [];
	const secret = isSecretVar(variable);
	if (variable.declaredBy === 'backend.env' || variable.declaredBy === 'settings.secrets')
		codes.push('asked-without-words');
	else if (variable.description === '') codes.push('no-description');
	if (!secret && variable.type === 'string' && looksSecret(variable.key)) codes.push('looks-secret');
	if (!secret && variable.type === 'url' && usuallyHoldsCredential(variable)) codes.push('url-may-hold-credential');
	const { default: text } = variable;
	if (text === null) return codes;
	if (secret) codes.push('default-on-secret');
	if (variable.required) codes.push('required-with-default');
	if (answerProblem(variable.type, text) !== null) codes.push('default-fails-type');
	if (isPlaceholder(text)) codes.push('default-is-placeholder');
	if (containsCredential(text)) codes.push('credential-in-default');
	return codes;
}

function usuallyHoldsCredential(variable: EnvVar): boolean {
	return CREDENTIAL_NAMES.test(variable.key) || CREDENTIAL_SCHEMES.test(variable.default ?? '');
}

const lintByNote: Partial<Record<ManifestNote['code'], LintCode>> = {
	'env-key-duplicate': 'duplicate-key',
	'env-secret-as-config': 'secret-as-config',
	'env-guessed-secret': 'guessed-secret',
};

/** Notes name their place as in `env[2].key`; the reader skips unusable entries, so the sentence is the safer source. */
function keyOfNote(note: ManifestNote, manifest: Manifest): string {
	const named = manifest.contract.find(({ key }) => note.message.includes(`“${key}”`));
	return named?.key ?? note.path;
}
