import { Health } from '@/lib/contracts/health';
import { route } from '@/lib/http';
import packageJson from '@/package.json';

export const GET = route({
	permission: 'public',
	response: Health,
	handler: () => ({ status: 'ok' as const, version: packageJson.version, uptimeSeconds: Math.round(process.uptime()) }),
});
