'use client';

import { useState } from 'react';
import type { EnvFormResult, KnownAnswers } from '@/components/env-form/env-answers';
import { EnvForm } from '@/components/env-form/env-form';
import { Button } from '@/components/ui/button';
import { Card, CardBody, CardHeader } from '@/components/ui/card';
import type { InvalidParam } from '@/lib/core';
import type { EnvVar } from '@/lib/manifest';
import type { ChangeTarget } from './change-draft';

type QuestionsFormProps = {
	formId: string;
	kind: ChangeTarget['kind'];
	contract: readonly EnvVar[];
	known: KnownAnswers;
	/** Keys an upgrade has to ask; a configuration shows all of them. */
	asked: ReadonlySet<string>;
	carried: number;
	problems: readonly InvalidParam[];
	onEdit: () => void;
	onSubmit: (result: EnvFormResult) => void;
};

/** What must be answered: in an upgrade only what is new or no longer fits, until somebody asks for the rest. */
export function QuestionsForm(props: QuestionsFormProps) {
	const { formId, kind, contract, known, asked, carried, problems, onEdit, onSubmit } = props;
	const [all, setAll] = useState(kind === 'configure');
	const shown = all ? contract : contract.filter(({ key }) => asked.has(key));
	const words =
		carried === 0
			? null
			: carried === 1
				? '1 answer is carried over unchanged.'
				: `${carried} answers are carried over unchanged.`;
	return (
		<Card id="configuration" className="scroll-mt-20">
			<CardHeader
				title={kind === 'configure' ? 'Configuration' : 'What you must answer'}
				description={words}
				actions={
					all || contract.length === shown.length ? null : (
						<Button size="small" variant="quiet" onClick={() => setAll(true)}>
							Edit other values too
						</Button>
					)
				}
			/>
			<CardBody>
				{shown.length === 0 ? (
					<p className="text-sm text-muted">
						{contract.length === 0 ? 'This pack asks for no configuration.' : 'Nothing: every answer still fits.'}
					</p>
				) : (
					<EnvForm
						formId={formId}
						contract={contract}
						known={known}
						only={all ? undefined : asked}
						reask={kind === 'configure' ? undefined : asked}
						problems={problems}
						onEdit={onEdit}
						onSubmit={onSubmit}
					/>
				)}
			</CardBody>
		</Card>
	);
}
