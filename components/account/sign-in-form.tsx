'use client';

import { zodResolver } from '@hookform/resolvers/zod';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Note } from '@/components/ui/note';
import { PasswordInput } from '@/components/ui/password-input';
import { ApiError, accountQueries, api } from '@/lib/api-client';
import { SignInRequest } from '@/lib/contracts/people';
import { AccountFrame } from './account-frame';

/** `next` is where to go afterwards; anything but a path of this portal is ignored. */
export function SignInForm({ next }: { next: string | undefined }) {
	const { data: setup } = useQuery(accountQueries.setup());
	const [refused, setRefused] = useState<Refusal | null>(null);
	const form = useForm<SignInRequest>({
		resolver: zodResolver(SignInRequest),
		mode: 'onTouched',
		// No default values: what was typed or filled in before this script ran is kept.
	});
	const { errors, isSubmitting, isSubmitSuccessful } = form.formState;

	async function signIn(request: SignInRequest) {
		setRefused(null);
		try {
			await api.auth.signIn(request);
			// A full load, so that nothing of an earlier session stays in memory.
			window.location.assign(localPath(next));
		} catch (error) {
			setRefused(explain(error));
			form.setFocus('password');
		}
	}

	const leaving = isSubmitting || (isSubmitSuccessful && !refused);
	return (
		<AccountFrame title="Sign in" lead="To browse, install and upgrade packs.">
			{/* Sent before this script ran, a password must not end up in the address. */}
			<form method="post" noValidate className="grid gap-4" onSubmit={form.handleSubmit(signIn)}>
				{setup?.open ? (
					<Note title="This portal has no owner yet.">
						Open the set-up link that was printed in the terminal where Packyard was started.
					</Note>
				) : null}
				{refused ? (
					<Note tone="danger" live title={refused.title} next={refused.next}>
						{refused.detail}
					</Note>
				) : null}
				<Field label="E-mail" error={errors.email?.message}>
					{(control) => <Input {...control} {...form.register('email')} type="email" autoComplete="username" />}
				</Field>
				<Field label="Password" error={errors.password?.message}>
					{(control) => <PasswordInput {...control} {...form.register('password')} autoComplete="current-password" />}
				</Field>
				<Button type="submit" variant="primary" size="large" busy={leaving ? 'Signing in…' : null}>
					Sign in
				</Button>
			</form>
		</AccountFrame>
	);
}

/** A path of this origin, or the home page: `//host` and `/\host` are other origins to a browser. */
export function localPath(next: string | undefined): string {
	return next && /^\/(?![/\\])/.test(next) ? next : '/';
}

type Refusal = { title: string; detail?: string; next?: string };

function explain(error: unknown): Refusal {
	const problem = error instanceof ApiError ? error.problem : null;
	if (problem?.status === 401) {
		return {
			title: 'E-mail and password do not match.',
			next: 'Check both. After a forgotten password an owner of this portal can set a new one.',
		};
	}
	if (problem?.status === 429) {
		return {
			title: 'Too many attempts.',
			next: problem.hint ?? 'Wait a minute, then try again. This slows down people who guess passwords.',
		};
	}
	return {
		title: 'Signing in did not work.',
		detail: error instanceof Error ? error.message : undefined,
		next: problem?.hint,
	};
}
