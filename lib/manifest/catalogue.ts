import type { ContractChange } from './change';
import type { KnownPermission } from './permissions';
import type { ManifestNoteCode } from './schema';

/** The languages every sentence exists in. */
export type Locale = 'en' | 'pt-BR';

/** Why an answer is refused. */
export type AnswerProblem =
	| 'missing'
	| 'not-number'
	| 'not-boolean'
	| 'not-url'
	| 'unknown-key'
	| 'too-long'
	| 'has-nul';

/** What the paste doctor can suspect about a pasted secret. */
export type PasteCode =
	| 'line-break-at-end'
	| 'space-around'
	| 'quotes'
	| 'key-prefix'
	| 'invisible'
	| 'bearer'
	| 'placeholder'
	| 'public-key';

/** Publishers' mistakes in a contract. */
export type LintCode =
	| 'duplicate-key'
	| 'key-differs-by-case'
	| 'default-on-secret'
	| 'default-fails-type'
	| 'default-is-placeholder'
	| 'credential-in-default'
	| 'credential-in-pack-value'
	| 'required-with-default'
	| 'secret-as-config'
	| 'looks-secret'
	| 'guessed-secret'
	| 'url-may-hold-credential'
	| 'no-description'
	| 'asked-without-words'
	| 'pack-answers-question';

/** Why a pack cannot be installed. */
export type ReasonCode =
	| 'id-missing'
	| 'services-without-backend'
	| 'backend-without-chart'
	| 'frontend-unreachable'
	| 'bundle-empty'
	| 'manifest-only';

export type BadgeCounts = { code: 'breaking' | 'required' | 'review' | 'optional'; count: number };

/** One language. Adding a kind of change, note or lint does not compile until every language has its sentence. */
export type Catalogue = {
	change: (change: ContractChange) => string;
	notes: Record<ManifestNoteCode, (path: string, detail: string) => string>;
	answers: Record<AnswerProblem, (key: string) => string>;
	pastes: Record<PasteCode, string>;
	lints: Record<LintCode, (key: string) => string>;
	reasons: Record<ReasonCode, string>;
	permissions: Record<KnownPermission, string>;
	unknownPermission: (permission: string) => string;
	badge: (counts: BadgeCounts) => string;
	badgeNone: string;
	badgeUnknown: string;
};
