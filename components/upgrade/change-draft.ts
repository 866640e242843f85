import type { RequestOperation } from '@/lib/contracts/installs';
import type { Plan, RequestPlan } from '@/lib/contracts/plans';

/** What the admin has decided so far about a change of an install. Secrets live here until submit and nowhere else. */
export type ChangeDraft = {
	/** Edits only; an empty text takes an answer back (lib/installs/environment.ts). */
	plain: Readonly<Record<string, string>>;
	secrets: Readonly<Record<string, string>>;
	/** Stored secrets that shall be unset. */
	unset: readonly string[];
	/** Old key → new key, confirmed. */
	renames: Readonly<Record<string, string>>;
	/** Old keys that were not renamed, says the admin. */
	separate: readonly string[];
	/** Values of keys the new version no longer has, to be deleted instead of archived. */
	deleted: readonly string[];
	/** Old defaults the admin wants to keep as answers of their own. */
	oldDefaults: Readonly<Record<string, string>>;
	/** The same for secrets: published texts, but delivered and kept like any secret from now on. */
	oldSecrets: Readonly<Record<string, string>>;
	takeOver: boolean;
	reason: string;
};

export const emptyDraft: ChangeDraft = {
	plain: {},
	secrets: {},
	unset: [],
	renames: {},
	separate: [],
	deleted: [],
	oldDefaults: {},
	oldSecrets: {},
	takeOver: false,
	reason: '',
};

export type ChangeTarget = {
	kind: 'upgrade' | 'configure';
	installId: string;
	version: string;
	/** The running version with the bytes that were accepted for it since. */
	adopt?: boolean;
};

/** The question to the planner. No value of a secret is in it: only which keys would get one. */
export function planRequest({ kind, installId, version, adopt }: ChangeTarget, draft: ChangeDraft): RequestPlan {
	return {
		kind,
		installId,
		version,
		plain: plainEdits(draft),
		secretKeys: Object.keys(secretEdits(draft)).sort(),
		renames: { ...draft.renames },
		separate: [...draft.separate],
		discard: discards(draft),
		...(adopt ? { adopt } : {}),
	};
}

/** The order, with exactly what was planned plus the secrets themselves. */
export function operationRequest(
	{ kind, version, adopt }: ChangeTarget,
	draft: ChangeDraft,
	approved: { plan: Pick<Plan, 'hash'>; acknowledged: readonly string[]; requestId: string },
): RequestOperation {
	return {
		kind,
		requestId: approved.requestId,
		version,
		answers: { plain: plainEdits(draft), secrets: secretEdits(draft) },
		planHash: approved.plan.hash,
		acknowledged: [...approved.acknowledged],
		renames: { ...draft.renames },
		separate: [...draft.separate],
		discard: discards(draft),
		...(adopt ? { adopt } : {}),
		takeOver: draft.takeOver,
		reason: draft.reason.trim() === '' ? null : draft.reason.trim(),
	};
}

/** An answer given in the form wins over "keep the old default". */
function plainEdits(draft: ChangeDraft): Record<string, string> {
	return { ...draft.oldDefaults, ...draft.plain };
}

function secretEdits(draft: ChangeDraft): Record<string, string> {
	return { ...draft.oldSecrets, ...draft.secrets };
}

function discards(draft: ChangeDraft): string[] {
	return [...new Set([...draft.deleted, ...draft.unset])].sort();
}
