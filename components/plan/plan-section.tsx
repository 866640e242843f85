import type { ReactNode } from 'react';
import { Card, CardBody, CardHeader } from '@/components/ui/card';

type PlanSectionProps = { id: string; title: string; description?: ReactNode; flush?: boolean; children: ReactNode };

/** One part of a plan; `id` is where its reasons for a disabled button link to. */
export function PlanSection({ id, title, description, flush = false, children }: PlanSectionProps) {
	return (
		<Card id={id} aria-labelledby={`${id}-title`} className="scroll-mt-20">
			<CardHeader id={`${id}-title`} title={title} description={description} />
			{flush ? children : <CardBody>{children}</CardBody>}
		</Card>
	);
}
