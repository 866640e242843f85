import { ProblemNote } from '@/components/layout/problem-note';
import { ButtonLink } from '@/components/ui/button';
import { Note } from '@/components/ui/note';
import { PageHeader } from '@/components/ui/page-header';

type PageProblemProps = {
	/** What the page would have been about: "Install", "Operation". */
	title: string;
	/** The list to go back to. */
	list: { label: string; href: string };
	/** What did not happen, e.g. "This install could not be loaded." */
	sentence: string;
	error: unknown;
	onRetry: () => void;
};

/** A page whose one thing could not be loaded: where it is, why, and the ways on. */
export function PageProblem({ title, list, sentence, error, onRetry }: PageProblemProps) {
	return (
		<>
			<PageHeader title={title} crumbs={[list, { label: title }]} />
			<ProblemNote
				title={sentence}
				error={error}
				onRetry={onRetry}
				actions={
					<ButtonLink size="small" href={list.href}>
						All {list.label.toLowerCase()}
					</ButtonLink>
				}
			/>
		</>
	);
}

type UnreadNoteProps = {
	/** What was asked for, as a sentence begins: "The installs". */
	what: string;
	/** Something seen earlier stands below. */
	seen: boolean;
	error: Error | null;
	onRetry: () => void;
};

/** What a page asks for again and again could not be read this time; nothing when it could. */
export function UnreadNote({ what, seen, error, onRetry }: UnreadNoteProps) {
	if (error === null) return null;
	return (
		<ProblemNote
			className="mb-5"
			title={seen ? `${what} could not be refreshed; below is what was last seen.` : `${what} could not be loaded.`}
			error={error}
			onRetry={onRetry}
		/>
	);
}

/** The page still shows what it saw last. `more` says what goes on without it. */
export function ConnectionLost({ more }: { more?: string }) {
	return (
		<Note tone="warning" live className="mb-5" title="Connection lost, trying again…">
			Below is the last state this page saw.{more ? ` ${more}` : ''}
		</Note>
	);
}
