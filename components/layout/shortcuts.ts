/** `/` goes to the search box of the page, unless somebody is typing. */
export function focusSearch(event: KeyboardEvent): void {
	if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return;
	const target = event.target;
	if (target instanceof HTMLElement && target.closest('input, textarea, select, dialog, [contenteditable]')) return;
	const search = document.querySelector<HTMLInputElement>('input[type=search]');
	if (!search) return;
	event.preventDefault();
	search.focus();
	search.select();
}
