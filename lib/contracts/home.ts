import { z } from 'zod';
import { Alarm, InstallSummary } from './installs';
import { Operation } from './operations';
import { CatalogHealth, ContractBadge } from './packs';

/** GET /api/home: the "Needs you" inbox, most urgent first (DESIGN section 8). */
export const Home = z.object({
	broken: z.array(z.object({ install: InstallSummary, sentence: z.string() })),
	/** Other bytes under a version that runs: shown first of what has to be decided. */
	alarms: z.array(z.object({ install: InstallSummary, alarm: Alarm })),
	decide: z.array(
		z.object({ install: InstallSummary, toVersion: z.string(), badge: ContractBadge, sentence: z.string() }),
	),
	ready: z.array(z.object({ install: InstallSummary, toVersion: z.string(), badge: ContractBadge })),
	quiet: z.array(InstallSummary),
	active: z.array(Operation),
	packs: z.int(),
	health: CatalogHealth,
});
export type Home = z.infer<typeof Home>;
