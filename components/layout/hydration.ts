/**
 * The parts of a page become alive one by one, but in one page load they share what they fetch. Nothing is fetched
 * before all of them are: a part that found an answer the server did not have when it drew would differ from its drawing.
 */
let awaited = 0;
let alive = 0;
let isOver = false;
const listeners = new Set<() => void>();

/** A part the server drew will become alive. Call it from an effect; gives the effect's clean-up. */
export function awaitPart(): () => void {
	return counted(() => {
		awaited += 1;
		return () => {
			awaited -= 1;
		};
	});
}

/** A part is alive, with everything in it. Call it from an effect; gives the effect's clean-up. */
export function partIsAlive(): () => void {
	return counted(() => {
		alive += 1;
		return () => {
			alive -= 1;
		};
	});
}

export function subscribeToHydration(listener: () => void): () => void {
	listeners.add(listener);
	return () => listeners.delete(listener);
}

/** True as soon as every awaited part was alive once; it stays true, because later parts are not drawn by the server. */
export function isHydrated(): boolean {
	return isOver;
}

function counted(count: () => () => void): () => void {
	const undo = count();
	tell();
	return () => {
		undo();
		tell();
	};
}

function tell(): void {
	if (isOver || awaited === 0 || alive < awaited) return;
	isOver = true;
	for (const listener of listeners) listener();
}
