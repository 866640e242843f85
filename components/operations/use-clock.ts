'use client';

import { useEffect, useState } from 'react';

/** The time in milliseconds, moving every second while `active`; null before the first tick, so server and browser agree. */
export function useClock(active: boolean): number | null {
	const [now, setNow] = useState<number | null>(null);
	useEffect(() => {
		setNow(Date.now());
		if (!active) return;
		const timer = setInterval(() => setNow(Date.now()), 1000);
		return () => clearInterval(timer);
	}, [active]);
	return now;
}
