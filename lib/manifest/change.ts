import { z } from 'zod';

/**
 * What the contract engine says, as data: the review page, the API, the CLI and the audit render these same values.
 * Values of secrets never appear, not even published defaults of them.
 */

/** How bad, worst first. `none` is listed so that the page can say that it was looked at. */
export const Verdict = z.enum(['breaking', 'warning', 'notice', 'none']);
export type Verdict = z.infer<typeof Verdict>;

/** What must happen before the button works; `offer-old-default` is an offer and blocks nothing. */
export const Gate = z.enum([
	'value-needed',
	'confirm-rename',
	'choose-archive-or-delete',
	're-enter-and-type',
	'acknowledge',
	'upgrade-first',
	'offer-old-default',
	'none',
]);
export type Gate = z.infer<typeof Gate>;

/** Who supplies a value when the admin gives none, strongest first; null = nobody. */
const Provider = z.enum(['answer', 'instance', 'pack', 'default']).nullable();

const base = {
	/** Stable name of the change within a diff, for acknowledgements: `exposed:API_KEY`. */
	id: z.string(),
	verdict: Verdict,
	gate: Gate,
	/** The two neighbouring versions between which it happened (null when the ends are all that is known). */
	fromVersion: z.string().nullable(),
	toVersion: z.string().nullable(),
};
const keyed = { ...base, key: z.string(), secret: z.boolean() };
/** Does the install hold a value for the key; null = asked without an install. */
const hasValue = z.boolean().nullable();

export const ContractChange = z.discriminatedUnion('kind', [
	z.object({
		kind: z.literal('added'),
		...keyed,
		required: z.boolean(),
		default: z.string().nullable(),
		provider: Provider,
	}),
	z.object({ kind: z.literal('becomes-question'), ...keyed, required: z.boolean(), provider: Provider }),
	z.object({ kind: z.literal('now-required'), ...keyed, provider: Provider }),
	z.object({ kind: z.literal('now-optional'), ...keyed }),
	z.object({ kind: z.literal('removed'), ...keyed, hasValue }),
	z.object({ kind: z.literal('pack-provided'), ...keyed, hasValue }),
	z.object({
		kind: z.literal('suspected-rename'),
		...keyed,
		/** `key` is the old name. */
		to: z.string(),
		required: z.boolean(),
		/** 0 to 1; how alike name and description are. */
		score: z.number(),
	}),
	z.object({ kind: z.literal('renamed'), ...keyed, to: z.string() }),
	z.object({ kind: z.literal('exposed'), ...keyed, hasValue }),
	z.object({ kind: z.literal('now-secret'), ...keyed, hasValue }),
	z.object({
		kind: z.literal('retyped'),
		...keyed,
		from: z.string(),
		to: z.string(),
		/** What the current value is worth under the new type. */
		state: z.enum(['widened', 'valid', 'invalid', 'unset', 'unknown', 'unreadable']),
	}),
	z.object({
		kind: z.literal('default-changed'),
		...keyed,
		/** Null for none, and always null for a secret. */
		from: z.string().nullable(),
		to: z.string().nullable(),
		/** The install uses the default; null = asked without an install. */
		relies: z.boolean().nullable(),
	}),
	z.object({
		kind: z.literal('pack-value-changed'),
		...keyed,
		action: z.enum(['added', 'changed', 'removed']),
		overridden: z.boolean(),
	}),
	z.object({ kind: z.literal('permissions-widened'), ...base, permissions: z.array(z.string()) }),
	z.object({ kind: z.literal('permissions-narrowed'), ...base, permissions: z.array(z.string()) }),
	z.object({ kind: z.literal('sandbox-added'), ...base, sudoers: z.boolean() }),
	z.object({ kind: z.literal('sandbox-widened'), ...base, sudoers: z.boolean() }),
	z.object({ kind: z.literal('sandbox-removed'), ...base }),
	z.object({ kind: z.literal('apps-removed'), ...base, apps: z.array(z.string()) }),
	z.object({ kind: z.literal('apps-added'), ...base, apps: z.array(z.string()) }),
	z.object({ kind: z.literal('backend-added'), ...base }),
	z.object({ kind: z.literal('backend-removed'), ...base }),
	z.object({ kind: z.literal('ports-changed'), ...base, from: z.array(z.number()), to: z.array(z.number()) }),
	z.object({ kind: z.literal('breaking-version'), ...base, from: z.string(), to: z.string() }),
	z.object({ kind: z.literal('notes-say-breaking'), ...base }),
	z.object({ kind: z.literal('notes-silent'), ...base, gaveNotes: z.boolean(), subjects: z.array(z.string()) }),
	z.object({
		kind: z.literal('stepping-stone'),
		...base,
		/** The version that asks for it, the oldest it accepts, and the one to install first (null = none is known). */
		version: z.string(),
		minimum: z.string(),
		via: z.string().nullable(),
	}),
	z.object({ kind: z.literal('not-comparable'), ...base, side: z.enum(['installed', 'wanted']), version: z.string() }),
]);
export type ContractChange = z.infer<typeof ContractChange>;

/** The badge on a version row. */
export const ContractBadge = z.object({
	tone: z.enum(['none', 'notice', 'warning', 'breaking', 'unknown']),
	text: z.string(),
});
export type ContractBadge = z.infer<typeof ContractBadge>;

export const ContractDiff = z.object({
	/** Worst first, then in the order of the manifest. */
	changes: z.array(ContractChange),
	/** Keys that must be answered before the upgrade. */
	questions: z.array(z.string()),
	/** Keys of the wanted version whose current value goes along unchanged. Empty when asked without an install. */
	carried: z.array(z.string()),
	verdict: Verdict,
	badge: ContractBadge,
	/** Versions in the middle that have no manifest: the versions around them were compared instead. */
	gaps: z.array(z.string()),
});
export type ContractDiff = z.infer<typeof ContractDiff>;
