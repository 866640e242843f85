import { AuditFilter, AuditPage } from '@/lib/contracts/audit';
import { route } from '@/lib/http';

export const GET = route({
	permission: 'audit:read',
	query: AuditFilter,
	response: AuditPage,
	handler: ({ query, runtime }) => runtime.audit.list(query),
});
