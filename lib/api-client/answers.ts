import { z } from 'zod';

/**
 * The contracts of every answer. With zod they are the heaviest part of the client, so they do not belong to what a page
 * loads first: `request.ts` fetches them beside the first request, and nothing else may import this file.
 */
export { AuditPage, AuditVerification } from '@/lib/contracts/audit';
export { Home } from '@/lib/contracts/home';
export { InstallDetail, InstallList, RevisionList } from '@/lib/contracts/installs';
export { UpgradeMatrix } from '@/lib/contracts/matrix';
export { Operation, OperationList, OperationView } from '@/lib/contracts/operations';
export { MovedTag, PackDetail, PackList, VersionDetail } from '@/lib/contracts/packs';
export { Me, SetupResult, SetupState } from '@/lib/contracts/people';
export { Plan } from '@/lib/contracts/plans';
export { Policy } from '@/lib/contracts/policy';
export { Problem } from '@/lib/contracts/problem';
export {
	DoctorReport,
	SourceDeleted,
	SourceDetail,
	SourceList,
	SyncAccepted,
	SyncCancelled,
} from '@/lib/contracts/sources';

/** For routes whose answer nobody reads. */
export const Ignored = z.unknown();
