'use client';

import { Monitor, Moon, Sun } from 'lucide-react';
import { useSyncExternalStore } from 'react';
import { cx } from './cx';
import { applyTheme, readTheme, subscribeToTheme, type Theme } from './theme';

const choices = [
	{ theme: 'dark', label: 'Dark', Icon: Moon },
	{ theme: 'light', label: 'Light', Icon: Sun },
	{ theme: 'system', label: 'System', Icon: Monitor },
] as const satisfies readonly { theme: Theme; label: string; Icon: unknown }[];

/** Dark, light or what the system says; remembered in this browser. */
export function ThemeToggle() {
	const current = useSyncExternalStore<Theme>(subscribeToTheme, readTheme, () => 'dark');
	return (
		<fieldset className="grid grid-cols-3 gap-1 rounded-control border border-line bg-sunken p-1">
			<legend className="sr-only">Theme</legend>
			{choices.map(({ theme, label, Icon }) => (
				<label
					key={theme}
					className={cx(
						'flex cursor-pointer items-center justify-center gap-1.5 rounded-md px-1 py-1 text-xs has-focus-visible:outline-2 has-focus-visible:outline-copper',
						theme === current ? 'bg-raised font-medium text-ink' : 'text-muted hover:text-ink',
					)}
				>
					<input
						type="radio"
						name="theme"
						value={theme}
						checked={theme === current}
						onChange={() => applyTheme(theme)}
						className="sr-only"
					/>
					<Icon aria-hidden className="size-3.5 shrink-0" />
					{label}
				</label>
			))}
		</fieldset>
	);
}
