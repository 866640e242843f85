import { AuditVerification } from '@/lib/contracts/audit';
import { route } from '@/lib/http';

export const POST = route({
	permission: 'audit:read',
	response: AuditVerification,
	handler: ({ runtime }) => runtime.audit.verify(),
});
