import { z } from 'zod';

/** Body of every refused request: RFC 9457 with our code, the next step, and the id to quote to support. */
export const Problem = z.object({
	type: z.string(),
	title: z.string(),
	status: z.int(),
	detail: z.string(),
	code: z.string(),
	hint: z.string().optional(),
	instance: z.string(),
	requestId: z.string(),
	invalidParams: z.array(z.object({ name: z.string(), reason: z.string() })),
	details: z.record(z.string(), z.unknown()),
});
export type Problem = z.infer<typeof Problem>;
