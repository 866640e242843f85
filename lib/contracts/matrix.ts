import { z } from 'zod';
import { Id } from './names';
import { ContractBadge } from './packs';

/** One install against one newer version. */
export const MatrixCell = z.object({
	version: z.string(),
	/** `answers`: possible after that many decisions. `blocked`: no answer helps, see `blockedBy`. */
	state: z.enum(['safe', 'answers', 'blocked']),
	answers: z.int(),
	blockedBy: z.array(z.string()),
	badge: ContractBadge,
	/** What the publisher says against this version. */
	deprecations: z.array(z.string()),
});
export type MatrixCell = z.infer<typeof MatrixCell>;

/** GET /api/matrix: "Can I upgrade?", every install against every newer version, computed without any cluster. */
export const UpgradeMatrix = z.object({
	rows: z.array(
		z.object({
			installId: Id,
			packId: Id,
			packName: z.string(),
			slug: z.string(),
			namespace: z.string(),
			release: z.string(),
			version: z.string(),
			/** Oldest first; versions the admin skipped included. */
			cells: z.array(MatrixCell),
		}),
	),
});
export type UpgradeMatrix = z.infer<typeof UpgradeMatrix>;
