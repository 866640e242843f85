import { z } from 'zod';

/** GET /api/health: the process is alive. */
export const Health = z.object({ status: z.literal('ok'), version: z.string(), uptimeSeconds: z.number() });

const Check = z.object({ ok: z.boolean(), detail: z.string() });

/** GET /api/ready: 200 when every part works, 503 with the reason otherwise. */
export const Ready = z.object({
	ready: z.boolean(),
	checks: z.object({ database: Check, worker: Check, runner: Check, disk: Check }),
});
export type Ready = z.infer<typeof Ready>;
