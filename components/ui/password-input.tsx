'use client';

import { Eye, EyeOff } from 'lucide-react';
import { type ComponentProps, useState } from 'react';
import { cx } from './cx';
import { Input } from './input';

/** A password with a button to look at what is being typed. */
export function PasswordInput({ className, ...rest }: Omit<ComponentProps<'input'>, 'type'>) {
	const [shown, setShown] = useState(false);
	const Icon = shown ? EyeOff : Eye;
	return (
		<span className="relative block">
			<Input
				{...rest}
				type={shown ? 'text' : 'password'}
				spellCheck={false}
				autoCapitalize="none"
				className={cx('pr-10', className)}
			/>
			<button
				type="button"
				aria-pressed={shown}
				aria-label="Show password"
				onClick={() => setShown(!shown)}
				className="absolute inset-y-0 right-0 grid w-10 place-items-center rounded-control text-muted hover:text-ink focus-visible:-outline-offset-2"
			>
				<Icon aria-hidden className="size-4" />
			</button>
		</span>
	);
}
