import { TextLink } from '@/components/ui/app-link';
import type { DisabledReason } from '@/components/ui/button';
import { Note } from '@/components/ui/note';
import { RelativeTime } from '@/components/ui/relative-time';
import type { InstallSummary } from '@/lib/contracts/installs';

type ActiveOperation = NonNullable<InstallSummary['activeOperation']>;

const nouns: Readonly<Record<string, string>> = {
	install: 'an install',
	upgrade: 'an upgrade',
	configure: 'a change of configuration',
	rollback: 'a rollback',
	uninstall: 'a removal',
	recover: 'a recovery',
};

/** Who is doing what, with the way to watch it. */
export function ActiveOperationLink({ operation }: { operation: ActiveOperation }) {
	return (
		<TextLink href={`/operations/${operation.id}`} className="text-[13px]">
			Watch {nounOf(operation)}, started by {operation.startedBy.name} <RelativeTime at={operation.createdAt} />
		</TextLink>
	);
}

export function ActiveOperationNote({ operation }: { operation: ActiveOperation }) {
	return (
		<Note tone="info" className="mb-5">
			{capital(nounOf(operation))}, started by {operation.startedBy.name} <RelativeTime at={operation.createdAt} />, is
			running. <TextLink href={`/operations/${operation.id}`}>Watch it</TextLink>
		</Note>
	);
}

/** Why nothing else can be started now, for a button. */
export function busyReason(install: Pick<InstallSummary, 'activeOperation'>): DisabledReason | null {
	const operation = install.activeOperation;
	if (operation === null) return null;
	return {
		text: `${capital(nounOf(operation))}, started by ${operation.startedBy.name}, is running.`,
		href: `/operations/${operation.id}`,
		linkText: 'Watch it',
	};
}

function nounOf(operation: ActiveOperation): string {
	return nouns[operation.kind] ?? 'an operation';
}

function capital(text: string): string {
	return text.charAt(0).toUpperCase() + text.slice(1);
}
