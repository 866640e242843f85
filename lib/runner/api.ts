import type { z } from 'zod';
import type {
	ApplyRequest,
	CancelResult,
	EnvironmentCheck,
	EnvironmentConceal,
	EnvironmentConcealed,
	EnvironmentRequest,
	EnvironmentResult,
	EnvironmentState,
	EnvironmentSweep,
	EnvironmentSwept,
	LeakScanRequest,
	LeakScanResult,
	PreviewRequest,
	PreviewResult,
	RaisedFence,
	RaiseFence,
	ReleaseRef,
	ReleaseStatus,
	RemovalPreview,
	RunnerEvent,
	RunnerHealth,
	UninstallRequest,
} from '@/lib/contracts/runner';

/** Aborting gives up waiting for the answer; a job that was started goes on (use `cancel` to end it). */
export type CallOptions = { signal?: AbortSignal | undefined };

/** What a runner can do, in process (`createRunner`) or over HTTP (`createRunnerClient`). Failures are AppErrors. */
export type RunnerApi = {
	/** Throws AppError('conflict') when somebody later has been here. */
	raiseFence(request: RaiseFence, options?: CallOptions): Promise<z.infer<typeof RaisedFence>>;
	ensureEnvironment(request: EnvironmentRequest, options?: CallOptions): Promise<EnvironmentResult>;
	checkEnvironment(request: EnvironmentCheck, options?: CallOptions): Promise<EnvironmentState>;
	concealEnvironment(request: EnvironmentConceal, options?: CallOptions): Promise<EnvironmentConcealed>;
	sweepEnvironments(request: EnvironmentSweep, options?: CallOptions): Promise<z.infer<typeof EnvironmentSwept>>;
	/**
	 * Start, or attach to the running job of the same operation and replay its events. The last event is the result; a
	 * failed Helm run is a result with `ok: false`, not an exception.
	 */
	apply(request: ApplyRequest, options?: CallOptions): AsyncIterable<RunnerEvent>;
	uninstall(request: UninstallRequest, options?: CallOptions): AsyncIterable<RunnerEvent>;
	/** Answers when it has stopped. `cancelled: false` when no job of this operation runs here. */
	cancel(operationId: string, options?: CallOptions): Promise<z.infer<typeof CancelResult>>;
	status(ref: ReleaseRef, options?: CallOptions): Promise<ReleaseStatus>;
	preview(request: PreviewRequest, options?: CallOptions): Promise<PreviewResult>;
	removalPreview(ref: ReleaseRef, options?: CallOptions): Promise<RemovalPreview>;
	leakScan(request: LeakScanRequest, options?: CallOptions): Promise<LeakScanResult>;
	/** Never throws for a broken Helm or cluster: that is what it reports. */
	health(options?: CallOptions): Promise<RunnerHealth>;
};

/** A runner in this process. `close` ends running Helms politely and waits a bounded time. */
export type Runner = RunnerApi & { close(): Promise<void> };
