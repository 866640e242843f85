import { PackList } from '@/lib/contracts/packs';
import { route } from '@/lib/http';

export const GET = route({
	permission: 'packs:read',
	response: PackList,
	handler: async ({ runtime }) => runtime.catalog.list(await runtime.installs.byPack()),
});
