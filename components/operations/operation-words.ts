import type { Operation, OperationKind, Step } from '@/lib/contracts/operations';

type Named = Pick<Operation, 'kind' | 'packName' | 'namespace' | 'fromVersion' | 'toVersion'>;
type Phrase = { doing: string; done: string; plain: string };

/** The sentence at the top of an operation: what is done to what, and how it stands. */
export function headline(operation: Named & Pick<Operation, 'state'>): string {
	const phrase = phrases[operation.kind](operation);
	const words = {
		queued: `Waiting to start: ${phrase.plain}`,
		running: phrase.doing,
		interrupted: `${phrase.doing} was interrupted`,
		succeeded: phrase.done,
		failed: `Could not ${phrase.plain}`,
		cancelled: `${phrase.doing} was cancelled`,
	} satisfies Record<Operation['state'], string>;
	return words[operation.state];
}

/** One word for lists: Install, Upgrade, Configuration … */
export const kindWord = {
	install: 'Install',
	upgrade: 'Upgrade',
	downgrade: 'Downgrade',
	configure: 'Configuration',
	rollback: 'Rollback',
	uninstall: 'Removal',
	recover: 'Recovery',
} satisfies Record<OperationKind, string>;

/** True once nothing more will happen to this operation. */
export function isFinished(operation: Pick<Operation, 'state'>): boolean {
	return operation.state === 'succeeded' || operation.state === 'failed' || operation.state === 'cancelled';
}

/** The word beside a step. A waiting step of a finished operation was never reached. */
export function stepWord(step: Pick<Step, 'state'>, finished: boolean): string {
	if (step.state === 'waiting' && finished) return 'Not reached';
	const words = {
		waiting: 'Waiting',
		running: 'Running',
		done: 'Done',
		failed: 'Failed',
		skipped: 'Not needed',
	} satisfies Record<Step['state'], string>;
	return words[step.state];
}

/** What is read out: one short sentence that changes per step and outcome, never per log line. */
export function announcement(operation: Operation): string {
	if (isFinished(operation) || operation.state === 'queued' || operation.state === 'interrupted') {
		return `${headline(operation)}.`;
	}
	if (operation.blocker) return `Held up: ${operation.blocker.sentence}`;
	const index = operation.steps.findIndex((step) => step.state === 'running');
	const step = operation.steps[index];
	return step ? `Step ${index + 1} of ${operation.steps.length}: ${step.title}.` : `${headline(operation)}.`;
}

const phrases = {
	install: ({ packName, namespace, toVersion }) => {
		const rest = `${named(packName, toVersion)} into ${namespace}`;
		return { doing: `Installing ${rest}`, done: `Installed ${rest}`, plain: `install ${rest}` };
	},
	upgrade: ({ packName, namespace, fromVersion, toVersion }) => {
		const rest = `${packName} in ${namespace}${between(fromVersion, toVersion)}`;
		return { doing: `Upgrading ${rest}`, done: `Upgraded ${rest}`, plain: `upgrade ${rest}` };
	},
	downgrade: ({ packName, namespace, fromVersion, toVersion }) => {
		const rest = `${packName} in ${namespace}${between(fromVersion, toVersion)}`;
		return { doing: `Downgrading ${rest}`, done: `Downgraded ${rest}`, plain: `downgrade ${rest}` };
	},
	configure: ({ packName, namespace, toVersion }) => {
		const rest = `the configuration of ${named(packName, toVersion)} in ${namespace}`;
		return { doing: `Applying ${rest}`, done: `Applied ${rest}`, plain: `apply ${rest}` };
	},
	rollback: ({ packName, namespace, toVersion }) => {
		const rest = `${packName} in ${namespace} back${toVersion === null ? '' : ` to ${toVersion}`}`;
		return { doing: `Rolling ${rest}`, done: `Rolled ${rest}`, plain: `roll ${rest}` };
	},
	uninstall: ({ packName, namespace }) => {
		const rest = `${packName} from ${namespace}`;
		return { doing: `Removing ${rest}`, done: `Removed ${rest}`, plain: `remove ${rest}` };
	},
	recover: ({ packName, namespace }) => {
		const rest = `${packName} in ${namespace}`;
		return { doing: `Recovering ${rest}`, done: `Recovered ${rest}`, plain: `recover ${rest}` };
	},
} satisfies Record<OperationKind, (operation: Named) => Phrase>;

function named(packName: string, version: string | null): string {
	return version === null ? packName : `${packName} ${version}`;
}

function between(from: string | null, to: string | null): string {
	return `${from === null ? '' : ` from ${from}`}${to === null ? '' : ` to ${to}`}`;
}
