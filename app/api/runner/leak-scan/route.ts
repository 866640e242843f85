import { LeakScanRequest, LeakScanResult } from '@/lib/contracts/runner';
import { route } from '@/lib/http';

export const POST = route({
	permission: 'runner',
	body: LeakScanRequest,
	response: LeakScanResult,
	handler: ({ body, request, runtime }) => runtime.localRunner().leakScan(body, { signal: request.signal }),
});
