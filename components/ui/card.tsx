import type { ComponentProps, ReactNode } from 'react';
import { cx } from './cx';

/** A bordered surface. Compose with CardHeader and CardBody, or give it `className="p-5"`. */
export function Card({ className, ...rest }: ComponentProps<'section'>) {
	return <section {...rest} className={cx('rounded-card border border-line bg-surface', className)} />;
}

type CardHeaderProps = { title: ReactNode; description?: ReactNode; actions?: ReactNode; id?: string; level?: 2 | 3 };

export function CardHeader({ title, description, actions, id, level = 2 }: CardHeaderProps) {
	const Heading = level === 2 ? 'h2' : 'h3';
	return (
		<div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2 border-b border-line px-5 py-3.5">
			<div className="min-w-0">
				<Heading id={id} className="text-[15px] font-semibold">
					{title}
				</Heading>
				{description ? <p className="mt-0.5 text-sm text-muted">{description}</p> : null}
			</div>
			{actions ? <div className="flex flex-wrap items-center gap-2">{actions}</div> : null}
		</div>
	);
}

export function CardBody({ className, ...rest }: ComponentProps<'div'>) {
	return <div {...rest} className={cx('px-5 py-4', className)} />;
}
