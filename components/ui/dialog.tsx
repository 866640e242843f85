'use client';

import { X } from 'lucide-react';
import { type ReactNode, useEffect, useId, useRef } from 'react';
import { cx } from './cx';

type DialogProps = {
	open: boolean;
	onClose: () => void;
	title: string;
	description?: ReactNode;
	children?: ReactNode;
	/** Buttons, the verb last. */
	actions?: ReactNode;
	className?: string;
};

/**
 * A modal question. The browser's own dialog element: focus trap, Escape and inert background come with it, and it
 * injects no style element, which the content security policy would refuse.
 */
export function Dialog({ open, onClose, title, description, children, actions, className }: DialogProps) {
	const element = useRef<HTMLDialogElement>(null);
	const titleId = useId();
	useEffect(() => {
		const dialog = element.current;
		if (!dialog) return;
		if (open && !dialog.open) dialog.showModal();
		if (!open && dialog.open) dialog.close();
	}, [open]);
	return (
		<dialog
			ref={element}
			aria-labelledby={titleId}
			onClose={onClose}
			className={cx(
				'm-auto w-[min(34rem,calc(100vw-2rem))] rounded-card border border-line-strong bg-surface p-0 text-ink shadow-overlay',
				className,
			)}
		>
			{open ? (
				<div className="grid gap-4 p-5">
					<div className="flex items-start justify-between gap-4">
						<h2 id={titleId} className="text-base font-semibold">
							{title}
						</h2>
						<button
							type="button"
							onClick={onClose}
							aria-label="Close"
							className="-m-1 rounded-md p-1 text-muted hover:text-ink"
						>
							<X aria-hidden className="size-4" />
						</button>
					</div>
					{description ? <div className="text-sm text-muted">{description}</div> : null}
					{children}
					{actions ? <div className="flex flex-wrap justify-end gap-2">{actions}</div> : null}
				</div>
			) : null}
		</dialog>
	);
}
