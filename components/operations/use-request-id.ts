'use client';

import { useRef } from 'react';
import { newRequestId } from '@/lib/api-client';

/**
 * The id of what is asked for. It stays the same while exactly the same is asked again, so that a request nobody knows
 * the fate of is not carried out twice; another plan or another answer is another request.
 */
export function useRequestId() {
	const last = useRef<{ id: string; text: string } | null>(null);
	return {
		/** `body` without its id. */
		idFor(body: object): string {
			const text = JSON.stringify(body);
			if (last.current?.text !== text) last.current = { id: newRequestId(), text };
			return last.current.id;
		},
		/** This one is over: the server has answered. */
		forget() {
			last.current = null;
		},
	};
}
