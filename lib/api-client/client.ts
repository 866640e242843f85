import type { AuditFilter } from '@/lib/contracts/audit';
import type { PatchInstall, RequestInstall, RequestOperation } from '@/lib/contracts/installs';
import type { OperationFilter } from '@/lib/contracts/operations';
import type { AdoptBytes, AttachManifest, PackFilter } from '@/lib/contracts/packs';
import type { SetupRequest, SignInRequest } from '@/lib/contracts/people';
import type { RequestPlan } from '@/lib/contracts/plans';
import type { AddException, ReplacePolicy } from '@/lib/contracts/policy';
import type { CreateSource, PatchSource, TestSource } from '@/lib/contracts/sources';
import type { CallOptions, ClientOptions } from './request';
import { createRequester, pathOf } from './request';

export type Api = ReturnType<typeof createApi>;

// Rendering a chart and dry-running every object takes seconds on a slow cluster; a plan is worth waiting for.
const PLAN_PATIENCE = 120_000;
const IMPORT_PATIENCE = 30 * 60_000;

/** Every route of the portal as a typed function. Browser and CLI use the same one (HOUSE.md rule 22). */
export function createApi(options: ClientOptions = {}) {
	const request = createRequester(options);
	return {
		me: (call?: CallOptions) => request({ path: pathOf('me'), response: ({ Me }) => Me, ...call }),
		home: (call?: CallOptions) => request({ path: pathOf('home'), response: ({ Home }) => Home, ...call }),
		/** "Can I upgrade?", all installs against all newer versions. */
		matrix: (call?: CallOptions) =>
			request({ path: pathOf('matrix'), response: ({ UpgradeMatrix }) => UpgradeMatrix, ...call }),
		setup: {
			state: (call?: CallOptions) =>
				request({ path: pathOf('setup'), response: ({ SetupState }) => SetupState, ...call }),
			create: (body: SetupRequest, call?: CallOptions) =>
				request({ method: 'POST', path: pathOf('setup'), body, response: ({ SetupResult }) => SetupResult, ...call }),
		},
		auth: {
			/** better-auth's own route: the session arrives as an HttpOnly cookie, so nothing of the answer is kept. */
			signIn: (body: SignInRequest, call?: CallOptions) =>
				request({
					method: 'POST',
					path: pathOf('auth', 'sign-in', 'email'),
					body,
					response: ({ Ignored }) => Ignored,
					...call,
				}),
			signOut: (call?: CallOptions) =>
				request({
					method: 'POST',
					path: pathOf('auth', 'sign-out'),
					body: {},
					response: ({ Ignored }) => Ignored,
					...call,
				}),
		},
		packs: {
			list: (filter: PackFilter = {}, call?: CallOptions) =>
				request({ path: pathOf('packs'), query: filter, response: ({ PackList }) => PackList, ...call }),
			get: (slug: string, call?: CallOptions) =>
				request({ path: pathOf('packs', slug), response: ({ PackDetail }) => PackDetail, ...call }),
			version: (slug: string, version: string, call?: CallOptions) =>
				request({
					path: pathOf('packs', slug, 'versions', version),
					response: ({ VersionDetail }) => VersionDetail,
					...call,
				}),
			/** What the tag of a version points to now, compared with what was first read; asks the registry. */
			moved: (slug: string, version: string, call?: CallOptions) =>
				request({
					path: pathOf('packs', slug, 'versions', version, 'moved'),
					response: ({ MovedTag }) => MovedTag,
					patience: PLAN_PATIENCE,
					...call,
				}),
			adoptMoved: (slug: string, version: string, body: AdoptBytes, call?: CallOptions) =>
				request({
					method: 'POST',
					path: pathOf('packs', slug, 'versions', version, 'moved'),
					body,
					response: ({ VersionDetail }) => VersionDetail,
					patience: PLAN_PATIENCE,
					...call,
				}),
			attachManifest: (slug: string, version: string, body: AttachManifest, call?: CallOptions) =>
				request({
					method: 'POST',
					path: pathOf('packs', slug, 'versions', version, 'manifest'),
					body,
					response: ({ VersionDetail }) => VersionDetail,
					...call,
				}),
		},
		installs: {
			list: (call?: CallOptions) =>
				request({ path: pathOf('installs'), response: ({ InstallList }) => InstallList, ...call }),
			get: (id: string, call?: CallOptions) =>
				request({ path: pathOf('installs', id), response: ({ InstallDetail }) => InstallDetail, ...call }),
			revisions: (id: string, call?: CallOptions) =>
				request({ path: pathOf('installs', id, 'revisions'), response: ({ RevisionList }) => RevisionList, ...call }),
			/** 202 with the operation; the same `requestId` twice answers the same operation. */
			request: (body: RequestInstall, call?: CallOptions) =>
				request({ method: 'POST', path: pathOf('installs'), body, response: ({ Operation }) => Operation, ...call }),
			requestOperation: (id: string, body: RequestOperation, call?: CallOptions) =>
				request({
					method: 'POST',
					path: pathOf('installs', id, 'operations'),
					body,
					response: ({ Operation }) => Operation,
					...call,
				}),
			patch: (id: string, body: PatchInstall, call?: CallOptions) =>
				request({
					method: 'PATCH',
					path: pathOf('installs', id),
					body,
					response: ({ InstallDetail }) => InstallDetail,
					...call,
				}),
		},
		plans: {
			create: (body: RequestPlan, call?: CallOptions) =>
				request({
					method: 'POST',
					path: pathOf('plans'),
					body,
					response: ({ Plan }) => Plan,
					patience: PLAN_PATIENCE,
					...call,
				}),
		},
		operations: {
			list: (filter: OperationFilter = {}, call?: CallOptions) =>
				request({ path: pathOf('operations'), query: filter, response: ({ OperationList }) => OperationList, ...call }),
			/** The operation and at most 500 lines after line `after`. */
			view: (id: string, after = 0, call?: CallOptions) =>
				request({
					path: pathOf('operations', id),
					query: { after },
					response: ({ OperationView }) => OperationView,
					...call,
				}),
			cancel: (id: string, call?: CallOptions) =>
				request({
					method: 'POST',
					path: pathOf('operations', id, 'cancel'),
					body: {},
					response: ({ Operation }) => Operation,
					...call,
				}),
		},
		policy: {
			get: (call?: CallOptions) => request({ path: pathOf('policy'), response: ({ Policy }) => Policy, ...call }),
			/** Refused when somebody changed it after `body.revision`. */
			replace: (body: ReplacePolicy, call?: CallOptions) =>
				request({ method: 'PUT', path: pathOf('policy'), body, response: ({ Policy }) => Policy, ...call }),
			addException: (body: AddException, call?: CallOptions) =>
				request({
					method: 'POST',
					path: pathOf('policy', 'exceptions'),
					body,
					response: ({ Policy }) => Policy,
					...call,
				}),
			removeException: (id: string, call?: CallOptions) =>
				request({
					method: 'DELETE',
					path: pathOf('policy', 'exceptions', id),
					response: ({ Policy }) => Policy,
					...call,
				}),
		},
		sources: {
			list: (call?: CallOptions) =>
				request({ path: pathOf('sources'), response: ({ SourceList }) => SourceList, ...call }),
			get: (id: string, call?: CallOptions) =>
				request({ path: pathOf('sources', id), response: ({ SourceDetail }) => SourceDetail, ...call }),
			create: (body: CreateSource, call?: CallOptions) =>
				request({
					method: 'POST',
					path: pathOf('sources'),
					body,
					response: ({ SourceDetail }) => SourceDetail,
					...call,
				}),
			patch: (id: string, body: PatchSource, call?: CallOptions) =>
				request({
					method: 'PATCH',
					path: pathOf('sources', id),
					body,
					response: ({ SourceDetail }) => SourceDetail,
					...call,
				}),
			/** Refused with the reason while installs come from it. */
			delete: (id: string, call?: CallOptions) =>
				request({
					method: 'DELETE',
					path: pathOf('sources', id),
					response: ({ SourceDeleted }) => SourceDeleted,
					...call,
				}),
			cancel: (id: string, call?: CallOptions) =>
				request({
					method: 'POST',
					path: pathOf('sources', id, 'cancel'),
					body: {},
					response: ({ SyncCancelled }) => SyncCancelled,
					...call,
				}),
			/** Asks the registries step by step; slow networks take their time. */
			doctor: (id: string, call?: CallOptions) =>
				request({
					path: pathOf('sources', id, 'doctor'),
					response: ({ DoctorReport }) => DoctorReport,
					patience: PLAN_PATIENCE,
					...call,
				}),
			/** The doctor for a configuration that is not saved. */
			test: (body: TestSource, call?: CallOptions) =>
				request({
					method: 'POST',
					path: pathOf('sources', 'test'),
					body,
					response: ({ DoctorReport }) => DoctorReport,
					patience: PLAN_PATIENCE,
					...call,
				}),
			sync: (id: string, call?: CallOptions) =>
				request({
					method: 'POST',
					path: pathOf('sources', id, 'sync'),
					body: {},
					response: ({ SyncAccepted }) => SyncAccepted,
					...call,
				}),
		},
		bundles: {
			/** A tar as `packyard bundle export` writes it becomes a source; large ones take their time. */
			import: (name: string, file: Blob, call?: CallOptions) =>
				request({
					method: 'POST',
					path: pathOf('bundles'),
					query: { name },
					file: new Blob([file], { type: 'application/x-tar' }),
					response: ({ SourceDetail }) => SourceDetail,
					patience: IMPORT_PATIENCE,
					...call,
				}),
		},
		audit: {
			list: (filter: AuditFilter = {}, call?: CallOptions) =>
				request({ path: pathOf('audit'), query: filter, response: ({ AuditPage }) => AuditPage, ...call }),
			/** Walks the whole chain on the server; minutes on a very long one. */
			verify: (call?: CallOptions) =>
				request({
					method: 'POST',
					path: pathOf('audit', 'verify'),
					response: ({ AuditVerification }) => AuditVerification,
					patience: PLAN_PATIENCE,
					...call,
				}),
		},
	};
}

/** The portal this page came from. */
export const api: Api = createApi();
