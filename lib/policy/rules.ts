import type { JudgedPower, PolicyException, PolicyRules, PolicyVerdict, PolicyVerdicts } from '@/lib/contracts/policy';
import { type Power, PowerCode, powerIdentity } from '@/lib/contracts/runner';

/** Pure: what the policy makes of the powers that a pack gains. */

/** What holds until an owner decides otherwise. */
export const defaultRules: PolicyRules = {
	verdicts: {
		privileged: 'refuse',
		'host-access': 'refuse',
		'cluster-scoped': 'confirm',
		crd: 'confirm',
		rbac: 'confirm',
		sandbox: 'confirm',
		'exposed-port': 'allow',
		volume: 'allow',
		'mutable-image': 'allow',
		hook: 'allow',
		permission: 'allow',
	},
	returnAfterFailure: true,
};

/** The rules and those exceptions that are about one pack. */
export type PackPolicy = PolicyRules & { exceptions: readonly PolicyException[] };

/** What is kept of the policy with a plan, to tell later whether it became stricter. */
export type PolicyMark = { verdicts: Partial<PolicyVerdicts>; returnAfterFailure: boolean };

/** Powers beyond those of the revision that runs; null = what runs is not known, so everything counts as new. */
export function gainedPowers(powers: readonly Power[], before: readonly Power[] | null): Power[] {
	const had = new Set((before ?? []).map(powerIdentity));
	return powers.filter((power) => !had.has(powerIdentity(power)));
}

/** What holds for one pack: an exception lets a refused power through, but somebody still gives their word. */
export function verdictFor(policy: PackPolicy, code: PowerCode): PolicyVerdict {
	const verdict = policy.verdicts[code];
	return verdict === 'refuse' && exceptionFor(policy, code) !== null ? 'confirm' : verdict;
}

/**
 * Each power with what the policy makes of it. `gated` false (going back to what ran) only tells what is new, refuses
 * nothing and asks for nothing.
 */
export function judgePowers(
	powers: readonly Power[],
	{ before, policy, gated }: { before: readonly Power[] | null; policy: PackPolicy; gated: boolean },
): JudgedPower[] {
	const gained = new Set(gainedPowers(powers, before));
	return powers.map((power) => {
		const verdict = policy.verdicts[power.code];
		const isNew = gained.has(power);
		const exception = verdict === 'refuse' ? exceptionFor(policy, power.code) : null;
		const standing = !isNew ? 'before' : gated ? standings[verdictFor(policy, power.code)] : 'new';
		return { ...power, verdict, standing, exception };
	});
}

const standings = {
	allow: 'new',
	confirm: 'confirm',
	refuse: 'refused',
} as const satisfies Record<PolicyVerdict, JudgedPower['standing']>;

/** One confirmation per kind of power, naming what gets it. `id` is the acknowledgement's. */
export function confirmationsOf(powers: readonly JudgedPower[]): { id: string; code: PowerCode; sentence: string }[] {
	return byCode(powers, 'confirm').map(({ code, found }) => ({
		id: `power:${code}`,
		code,
		// A sandbox has no object to name; its own sentence tells what matters.
		sentence: `${code === 'sandbox' ? found[0]?.sentence : `${gains[code]}: ${subjectsOf(found)}.`}${allowedBy(found)}`,
	}));
}

/** One sentence per kind of power that is refused. */
export function refusalsOf(powers: readonly JudgedPower[]): { code: PowerCode; sentence: string }[] {
	return byCode(powers, 'refused').map(({ code, found }) => ({
		code,
		sentence: `Your policy refuses ${refused[code]}: ${subjectsOf(found)}.`,
	}));
}

/** The powers that come back with an earlier revision although the policy refuses them today, one sentence per kind. */
export function returningAgainstPolicy(powers: readonly JudgedPower[]): string[] {
	const against = powers.filter(({ verdict, exception }) => verdict === 'refuse' && exception === null);
	return byCode(against, 'new').map(
		({ code, found }) =>
			`This brings back ${refused[code]}, which your policy refuses today: ${subjectsOf(found)}. Going back is possible all the same.`,
	);
}

/** What to keep with a plan: the verdicts for what it gains, exceptions counted in. */
export function markOf(policy: PackPolicy, gained: readonly Power[]): PolicyMark {
	const codes = [...new Set(gained.map(({ code }) => code))];
	return {
		verdicts: Object.fromEntries(codes.map((code) => [code, verdictFor(policy, code)])),
		returnAfterFailure: policy.returnAfterFailure,
	};
}

/** What became stricter between plan and submit, in words. A looser policy does not move a plan. */
export function stricterSince(then: PolicyMark, now: PolicyMark): string[] {
	const moved = PowerCode.options.flatMap((code) => {
		const [before, after] = [then.verdicts[code], now.verdicts[code]];
		if (before === undefined || after === undefined || strictness[after] <= strictness[before]) return [];
		const one = singular.includes(code);
		const words = after === 'refuse' ? `${one ? 'is' : 'are'} refused now` : `${one ? 'needs' : 'need'} your word now`;
		return [`The policy changed: ${refused[code]} ${words}.`];
	});
	if (then.returnAfterFailure && !now.returnAfterFailure)
		moved.push('The policy changed: what fails is no longer returned to the last good revision by itself.');
	return moved;
}

const strictness = { allow: 0, confirm: 1, refuse: 2 } as const satisfies Record<PolicyVerdict, number>;

/** How a confirmation begins. */
const gains: Readonly<Record<PowerCode, string>> = {
	privileged: 'It runs privileged containers',
	'host-access': 'Its pods reach into the node they run on',
	'cluster-scoped': 'It creates objects that belong to the whole cluster',
	crd: 'It teaches the cluster new kinds of objects, which stay when it is removed',
	rbac: 'It gets rights in the Kubernetes API',
	sandbox: 'It starts containers',
	'exposed-port': 'It can be reached from outside the cluster',
	volume: 'It stores data on volumes',
	'mutable-image': 'It runs images that can change without an upgrade',
	hook: 'It runs hooks, which a rollback does not undo',
	permission: 'It gets permissions inside KhalOS',
};

/** As the object of "refuses". */
const refused: Readonly<Record<PowerCode, string>> = {
	privileged: 'privileged containers',
	'host-access': 'access to the node',
	'cluster-scoped': 'objects of the whole cluster',
	crd: 'new kinds of objects',
	rbac: 'rights in the Kubernetes API',
	sandbox: 'a container for every user',
	'exposed-port': 'what can be reached from outside',
	volume: 'storage',
	'mutable-image': 'images behind moving tags',
	hook: 'hooks',
	permission: 'these permissions inside KhalOS',
};

const singular: readonly PowerCode[] = ['host-access', 'sandbox', 'exposed-port', 'volume'];

function exceptionFor({ exceptions }: PackPolicy, code: PowerCode): PolicyException | null {
	return exceptions.find(({ power }) => power === code) ?? null;
}

/** In the order of the policy, so that sentences do not change places between two plans. */
function byCode(powers: readonly JudgedPower[], standing: JudgedPower['standing']) {
	return PowerCode.options.flatMap((code) => {
		const found = powers.filter((power) => power.code === code && power.standing === standing);
		return found.length === 0 ? [] : [{ code, found }];
	});
}

const NAMED = 4;

/** At most four by name: a sentence that nobody reads to its end is no confirmation. All of them stand under Powers. */
function subjectsOf(found: readonly JudgedPower[]): string {
	const subjects = [...new Set(found.map(({ subject }) => subject))];
	// "and 1 more" would be longer than the name.
	const shown = subjects.slice(0, subjects.length === NAMED + 1 ? NAMED + 1 : NAMED);
	const rest = subjects.length - shown.length;
	return rest === 0 ? shown.join(', ') : `${shown.join(', ')} and ${rest} more`;
}

function allowedBy(found: readonly JudgedPower[]): string {
	const exception = found[0]?.exception;
	return exception ? ` Refused by your policy, allowed for this pack by ${exception.by.name}: ${exception.reason}` : '';
}
