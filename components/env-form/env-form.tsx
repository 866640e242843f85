'use client';

import { ChevronRight, Search } from 'lucide-react';
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { type FieldErrors, FormProvider, type Resolver, useForm } from 'react-hook-form';
import { Input } from '@/components/ui/input';
import { type InvalidParam, own } from '@/lib/core';
import { answerSchema, type EnvVar, type FormField, formFields } from '@/lib/manifest';
import { dropDraft, loadDraft, saveDraft } from './draft';
import {
	asStored,
	byKey,
	checkedAnswers,
	collectAnswers,
	type EnvFormResult,
	type KnownAnswers,
	keptUnseen,
	knownFor,
	nameOf,
	nothingKnown,
	type SecretChoice,
} from './env-answers';
import { EnvField, fieldId } from './env-field';
import { ErrorSummary, type FormProblem } from './error-summary';

export type EnvFormProps = {
	/** Submit it from anywhere: `<button type="submit" form={formId}>`. */
	formId: string;
	contract: readonly EnvVar[];
	/** What the install already has; leave out for a first install. */
	known?: KnownAnswers;
	/** Ask only these keys; the others are carried over and not part of the result. */
	only?: ReadonlySet<string>;
	/** Keys whose stored value cannot go along: a secret that the wanted version declares as plain. */
	reask?: ReadonlySet<string>;
	/** Refusals of the server, shown at their keys. Give a new list for every refusal. */
	problems?: readonly InvalidParam[];
	/** Keeps a draft of plain values in this tab under this name; null = no draft. */
	draftKey?: string | null;
	onSubmit: (result: EnvFormResult) => void;
	/** Something was changed: a plan made earlier is no longer a plan of this form. */
	onEdit?: () => void;
	/** Shown in front of the questions, inside the form. */
	children?: ReactNode;
};

const FILTER_FROM = 12;

/** The form of an environment contract: install, configure and upgrade use the same one. Secrets stay in the inputs until submit. */
export function EnvForm(props: EnvFormProps) {
	const { formId, only, reask, problems, draftKey = null, onSubmit, onEdit, children } = props;
	const known = useMemo(
		() => knownFor(props.contract, props.known ?? nothingKnown, reask),
		[props.contract, props.known, reask],
	);
	const contract = useMemo(
		() =>
			props.contract
				.filter(({ key }) => only?.has(key) ?? true)
				.map((variable) => (reask?.has(variable.key) ? variable : asStored(variable, known))),
		[props.contract, only, reask, known],
	);
	const fields = useMemo(() => formFields(contract, formState(known)), [contract, known]);
	const [choices, setChoices] = useState<Record<string, SecretChoice>>({});
	const [vaulted, setVaulted] = useState<ReadonlySet<string>>(new Set());
	const [filter, setFilter] = useState('');
	const [optionalOpen, setOptionalOpen] = useState(false);
	const [attempt, setAttempt] = useState(0);
	const [draft, setDraft] = useState<DraftNotice | null>(null);

	const resolver = useMemo(() => resolverFor(contract, known, choices), [contract, known, choices]);
	const form = useForm<Record<string, string>>({
		resolver,
		mode: 'onTouched',
		shouldFocusError: false,
		defaultValues: defaultsOf(fields),
	});
	const { reset, getValues, setError, formState: state } = form;

	const restored = useRef<string | null>(null);
	useEffect(() => {
		// Once per draft: the contract may arrive again with the same content while somebody is typing.
		if (draftKey === null || restored.current === draftKey) return;
		restored.current = draftKey;
		const stored = loadDraft(draftKey, contract);
		if (!stored) return;
		for (const [key, value] of Object.entries(stored)) form.setValue(nameOf(key), value, { shouldDirty: true });
		setDraft({ words: 'Your draft was restored, except secrets.', saved: true });
	}, [draftKey, contract, form]);

	useEffect(() => {
		// A value that is there and does not fit any more says so at once, not only when it is touched.
		const unfit = fields.filter(({ group, value }) => group === 'missing' && value !== '');
		if (unfit.length > 0) void form.trigger(unfit.map(({ key }) => nameOf(key)));
	}, [fields, form]);

	useEffect(() => {
		if (!problems || problems.length === 0) return;
		for (const { name, reason } of problems) setError(nameOf(name), { type: 'server', message: reason });
		setOptionalOpen(true);
		setAttempt((count) => count + 1);
	}, [problems, setError]);

	const edited = useCallback(() => {
		onEdit?.();
		if (draftKey === null) return;
		const typed = byKey(getValues());
		saveDraft(draftKey, contract, typed, vaulted);
		setDraft(noticeOf(fields, typed, vaulted));
	}, [onEdit, draftKey, getValues, contract, fields, vaulted]);

	// Not the form's onChange: values set by code (paste, repair) count, typing in the filter does not.
	useEffect(() => form.subscribe({ formState: { values: true }, callback: edited }), [form, edited]);

	const choose = useCallback(
		(key: string, choice: SecretChoice) => {
			setChoices((current) => ({ ...current, [key]: choice }));
			form.clearErrors(nameOf(key));
			onEdit?.();
			// The button that had the focus is gone; the control that took its place gets it.
			requestAnimationFrame(() => document.getElementById(fieldId(key))?.focus());
		},
		[form, onEdit],
	);

	const vault = useCallback(
		(key: string, as: boolean) => {
			setVaulted((current) => new Set(as ? [...current, key] : [...current].filter((other) => other !== key)));
			onEdit?.();
		},
		[onEdit],
	);

	function submit() {
		const typed = byKey(getValues());
		onSubmit(collectAnswers({ contract, typed, known, choices, vaulted }));
	}

	function goTo(key: string) {
		setFilter('');
		setOptionalOpen(true);
		// After the next paint: the control may still be folded away or filtered out.
		requestAnimationFrame(() => document.getElementById(fieldId(key))?.focus());
	}

	const found = problemsOf(fields, state.errors);
	const asked = fields.filter(({ group }) => group !== 'optional');
	const optional = fields.filter(({ group }) => group === 'optional');
	const words = filter.trim().toLowerCase();
	const row = (field: FormField) => (
		<EnvField
			key={field.key}
			field={field}
			fact={own(known.secrets, field.key) ?? null}
			hiddenText={own(known.hidden, field.key) ?? null}
			choice={own(choices, field.key) ?? 'keep'}
			onChoose={choose}
			vaulted={vaulted.has(field.key)}
			onVault={vault}
			hidden={words !== '' && !`${field.key} ${field.description}`.toLowerCase().includes(words)}
		/>
	);

	return (
		<FormProvider {...form}>
			<form
				id={formId}
				noValidate
				autoComplete="off"
				className="grid gap-6"
				onSubmit={(event) => {
					event.stopPropagation();
					void form.handleSubmit(submit, (errors) => {
						if (problemsOf(optional, errors).length > 0) setOptionalOpen(true);
						setAttempt((count) => count + 1);
					})(event);
				}}
			>
				<ErrorSummary problems={attempt === 0 ? [] : found} attempt={attempt} onGo={goTo} />
				{children}
				{fields.length > FILTER_FROM ? <FilterBox value={filter} onChange={setFilter} of={fields.length} /> : null}
				{asked.map(row)}
				{optional.length > 0 ? (
					<details
						open={optionalOpen || words !== ''}
						onToggle={(event) => {
							if (words === '') setOptionalOpen(event.currentTarget.open);
						}}
						className="group"
					>
						<summary className="flex w-fit list-none items-center gap-1.5 rounded text-sm font-medium">
							<ChevronRight aria-hidden className="size-4 text-muted transition-transform group-open:rotate-90" />
							{optional.length === 1 ? '1 optional setting' : `${optional.length} optional settings`}
						</summary>
						<div className="mt-5 grid gap-6 border-l border-line pl-5">{optional.map(row)}</div>
					</details>
				) : null}
				{draftKey !== null ? (
					<p role="status" className="-my-2 flex min-h-5 flex-wrap gap-x-3 text-sm text-muted">
						{draft?.words}
						{draft?.saved ? (
							<button
								type="button"
								className="rounded underline underline-offset-4 hover:text-ink"
								onClick={() => {
									dropDraft(draftKey);
									reset(defaultsOf(fields));
									setDraft(null);
									onEdit?.();
								}}
							>
								Discard
							</button>
						) : null}
					</p>
				) : null}
			</form>
		</FormProvider>
	);
}

function FilterBox({ value, onChange, of }: { value: string; onChange: (value: string) => void; of: number }) {
	return (
		<span className="relative">
			<Search aria-hidden className="pointer-events-none absolute top-2.5 left-3 size-4 text-muted" />
			<Input
				type="search"
				aria-label="Filter the settings"
				placeholder={`Filter ${of} settings`}
				value={value}
				onChange={(event) => onChange(event.target.value)}
				onKeyDown={(event) => {
					// Enter in a filter must not submit the form around it.
					if (event.key === 'Enter') event.preventDefault();
				}}
				className="pl-9"
			/>
		</span>
	);
}

function formState(known: KnownAnswers) {
	const stored = Object.entries(known.secrets).filter(([, fact]) => fact.state === 'set');
	return {
		plain: known.plain,
		secretsSet: new Set(stored.map(([key]) => key)),
		// The values stay on the server; the form only has to know that there is one.
		instanceValues: Object.fromEntries(known.instanceKeys.map((key) => [key, 'set'])),
		staticEnv: known.packValues,
	};
}

/** The same schema as on the server, told which secrets are kept and which keys others supply. */
function resolverFor(
	contract: readonly EnvVar[],
	known: KnownAnswers,
	choices: Readonly<Record<string, SecretChoice>>,
): Resolver<Record<string, string>> {
	const kept = keptUnseen(contract, known, choices);
	const schema = answerSchema(contract, {
		kept,
		provided: new Set([...known.instanceKeys, ...Object.keys(known.packValues)]),
	});
	const asked = new Set(contract.map(({ key }) => key));
	return (values) => {
		// The form remembers what was typed for a key that is no longer asked (a rename was confirmed meanwhile).
		const typed = Object.fromEntries(Object.entries(byKey(values)).filter(([key]) => asked.has(key)));
		const result = schema.safeParse(checkedAnswers(typed, kept, choices));
		if (result.success) return { values, errors: {} };
		const errors: FieldErrors<Record<string, string>> = {};
		for (const issue of result.error.issues) {
			errors[nameOf(String(issue.path[0] ?? ''))] ??= { type: 'invalid', message: issue.message };
		}
		return { values: {}, errors };
	};
}

function defaultsOf(fields: readonly FormField[]): Record<string, string> {
	return Object.fromEntries(fields.map(({ key, value }) => [nameOf(key), value]));
}

function problemsOf(fields: readonly FormField[], errors: FieldErrors<Record<string, string>>): FormProblem[] {
	return fields.flatMap(({ key }) => {
		const reason = errors[nameOf(key)]?.message;
		return reason ? [{ key, reason }] : [];
	});
}

type DraftNotice = { words: string; saved: boolean };

function noticeOf(
	fields: readonly FormField[],
	typed: Readonly<Record<string, string>>,
	vaulted: ReadonlySet<string>,
): DraftNotice | null {
	const filled = fields.filter(({ key }) => typed[key]);
	const secrets = filled.filter(({ key, secret }) => secret || vaulted.has(key)).length;
	if (filled.length === 0) return null;
	if (secrets === filled.length) return { words: 'Secrets are not kept in a draft.', saved: false };
	if (secrets === 0) return { words: 'Draft saved.', saved: true };
	return { words: `Draft saved, except ${secrets === 1 ? '1 secret' : `${secrets} secrets`}.`, saved: true };
}
