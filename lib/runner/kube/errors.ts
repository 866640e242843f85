import { AppError, at, textAt } from '@/lib/core';
import { KubeStatus } from './schema';

/** What the API server itself said, kept in `AppError.details.kube` for the places that branch on it. */
export type KubeRefusal = { status: number; reason: string; message: string };

/**
 * Translate a refusal of the API server once. 401 and 403 become `upstream_forbidden`, never `unauthenticated`: it is
 * the runner's credential that was refused, not the admin's session.
 */
export function kubeError(status: number, body: string, action: string): AppError {
	const refusal = refusalFrom(status, body);
	const options = { details: { kube: refusal } };
	const said = refusal.message || `HTTP ${status}`;
	if (status === 401) {
		return new AppError('upstream_forbidden', `The cluster does not accept the runner's credentials (${action}).`, {
			...options,
			hint: 'Check the token or certificate in the kubeconfig of this target; it may have expired.',
		});
	}
	if (status === 403) {
		return new AppError('upstream_forbidden', `The cluster does not allow the runner to ${action}: ${said}`, {
			...options,
			hint: 'Give the service account of the runner the missing right, or use another kubeconfig.',
		});
	}
	if (status === 404) return new AppError('not_found', `The cluster has no such object (${action}): ${said}`, options);
	if (status === 409) return new AppError('conflict', `The cluster refused to ${action}: ${said}`, options);
	if (status === 413 || /Too long|must have at most|limit is/i.test(said)) {
		return new AppError('too_large', `The cluster refused to ${action} because it is too large: ${said}`, options);
	}
	if (status >= 400 && status < 500 && status !== 429) {
		return new AppError('upstream_invalid', `The cluster refused to ${action}: ${said}`, options);
	}
	return new AppError('cluster_unreachable', `The cluster could not ${action}: ${said}`, {
		...options,
		hint: 'The API server is overloaded or failing. Try again in a moment.',
	});
}

/** The API server's own words behind an error of ours, or null when it did not come from there. */
export function refusalOf(error: unknown): KubeRefusal | null {
	if (!(error instanceof AppError)) return null;
	const status = at(error.details, 'kube', 'status');
	if (typeof status !== 'number') return null;
	return {
		status,
		reason: textAt(error.details, 'kube', 'reason') ?? '',
		message: textAt(error.details, 'kube', 'message') ?? '',
	};
}

function refusalFrom(status: number, body: string): KubeRefusal {
	try {
		const parsed = KubeStatus.safeParse(JSON.parse(body));
		if (parsed.success) return { status, reason: parsed.data.reason, message: parsed.data.message };
	} catch {
		// Proxies in front of an API server answer with HTML or plain text; its beginning is still the best explanation.
	}
	return { status, reason: '', message: body.slice(0, 300).trim() };
}
