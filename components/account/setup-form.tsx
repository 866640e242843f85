'use client';

import { zodResolver } from '@hookform/resolvers/zod';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useForm } from 'react-hook-form';
import { ProblemNote } from '@/components/layout/problem-note';
import { Button, ButtonLink } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Note } from '@/components/ui/note';
import { PasswordInput } from '@/components/ui/password-input';
import { accountQueries, api } from '@/lib/api-client';
import { SetupRequest } from '@/lib/contracts/people';
import { AccountFrame } from './account-frame';
import { refusedFields } from './refused-fields';

/** Creates the first owner with the one-time token of the printed link, then signs in. */
export function SetupForm() {
	const { data: setup } = useQuery(accountQueries.setup());
	const [fromLink, setFromLink] = useState(false);
	const [refused, setRefused] = useState<unknown>(null);
	const form = useForm<SetupRequest>({
		resolver: zodResolver(SetupRequest),
		mode: 'onTouched',
		// No default values: what was typed or filled in before this script ran is kept.
	});
	const { errors, isSubmitting } = form.formState;
	const { setValue } = form;

	useEffect(() => {
		const token = new URL(window.location.href).searchParams.get('token');
		if (!token) return;
		setValue('token', token);
		setFromLink(true);
		// A token in the address would stay in the history, and leave with the next screenshot.
		window.history.replaceState(null, '', window.location.pathname);
	}, [setValue]);

	async function create(request: SetupRequest) {
		setRefused(null);
		try {
			await api.setup.create(request);
			await api.auth.signIn({ email: request.email, password: request.password });
			window.location.assign('/');
		} catch (error) {
			for (const { name, reason } of refusedFields(error, ['token', 'name', 'email', 'password'])) {
				form.setError(name, { message: reason });
			}
			setRefused(error);
		}
	}

	if (setup && !setup.open) {
		return (
			<AccountFrame title="Set-up is done" lead="This portal has its owner. Ask them to invite you, or sign in.">
				<ButtonLink href="/sign-in" variant="primary" size="large">
					Go to sign in
				</ButtonLink>
			</AccountFrame>
		);
	}
	return (
		<AccountFrame
			title="Create the owner"
			lead="The owner decides about sources, targets, policy and people. The set-up link works once."
		>
			{/* Sent before this script ran, a password must not end up in the address. */}
			<form method="post" noValidate className="grid gap-4" onSubmit={form.handleSubmit(create)}>
				{refused ? <ProblemNote title="The owner was not created." error={refused} /> : null}
				{fromLink ? null : (
					<Field
						label="Set-up token"
						description="It is the part after “token=” of the link printed in the terminal at first start."
						error={errors.token?.message}
					>
						{(control) => <Input {...control} {...form.register('token')} autoComplete="off" spellCheck={false} />}
					</Field>
				)}
				<Field label="Your name" error={errors.name?.message}>
					{(control) => <Input {...control} {...form.register('name')} autoComplete="name" />}
				</Field>
				<Field label="E-mail" error={errors.email?.message}>
					{(control) => <Input {...control} {...form.register('email')} type="email" autoComplete="username" />}
				</Field>
				<Field label="Password" description="At least 12 characters." error={errors.password?.message}>
					{(control) => <PasswordInput {...control} {...form.register('password')} autoComplete="new-password" />}
				</Field>
				{fromLink && errors.token ? (
					<Note tone="danger" title="The set-up link is not valid.">
						{errors.token.message}
					</Note>
				) : null}
				<Button type="submit" variant="primary" size="large" busy={isSubmitting ? 'Creating the owner…' : null}>
					Create owner and sign in
				</Button>
			</form>
		</AccountFrame>
	);
}
