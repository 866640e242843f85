import { UpgradeMatrix } from '@/lib/contracts/matrix';
import { route } from '@/lib/http';

export const GET = route({
	permission: 'installs:read',
	response: UpgradeMatrix,
	handler: ({ runtime }) => runtime.installs.matrix(),
});
