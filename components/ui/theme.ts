/** Where the choice is kept (the shell of KhalOS has its own key) and how it reaches the page before the first paint. */
export type Theme = 'dark' | 'light' | 'system';

const KEY = 'packyard-theme';
const CHANGED = 'packyard-theme-changed';

/** Runs in the head with the nonce of the page: without it a light page would flash dark first. Keep it one statement long. */
export const themeScript = `try{var t=localStorage.getItem('${KEY}');if(t==='light'||(t==='system'&&matchMedia('(prefers-color-scheme: light)').matches))document.documentElement.dataset.theme='light'}catch(e){}`;

export function readTheme(): Theme {
	const stored = readStored();
	return stored === 'light' || stored === 'system' ? stored : 'dark';
}

export function applyTheme(theme: Theme): void {
	try {
		localStorage.setItem(KEY, theme);
	} catch {
		// Storage may be switched off; the choice then lasts as long as the page.
	}
	paint(theme);
	window.dispatchEvent(new Event(CHANGED));
}

/** Calls back when the choice changes here or in another tab; follows the system while that is the choice. */
export function subscribeToTheme(listener: () => void): () => void {
	const system = window.matchMedia('(prefers-color-scheme: light)');
	const follow = () => {
		paint(readTheme());
		listener();
	};
	window.addEventListener(CHANGED, listener);
	window.addEventListener('storage', follow);
	system.addEventListener('change', follow);
	return () => {
		window.removeEventListener(CHANGED, listener);
		window.removeEventListener('storage', follow);
		system.removeEventListener('change', follow);
	};
}

function paint(theme: Theme): void {
	const light = theme === 'light' || (theme === 'system' && window.matchMedia('(prefers-color-scheme: light)').matches);
	document.documentElement.dataset.theme = light ? 'light' : 'dark';
}

function readStored(): string | null {
	try {
		return localStorage.getItem(KEY);
	} catch {
		return null;
	}
}
