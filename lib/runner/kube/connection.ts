import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError, messageOf, type Secret } from '@/lib/core';
import { readKubeconfig } from './kubeconfig';

/** A command that prints credentials (client.authentication.k8s.io `ExecCredential`). */
export type ExecPlugin = {
	apiVersion: string;
	command: string;
	args: string[];
	/** The whole environment of the command: allow-listed variables of ours plus those of the kubeconfig. */
	env: Record<string, string>;
	provideClusterInfo: boolean;
};

/** How to reach one cluster. Plain data; secrets are wrapped. Both our client and Helm's kubeconfig come from it. */
export type KubeConnection = {
	/** Without trailing slash. */
	server: string;
	/** PEM. */
	ca: string | null;
	insecure: boolean;
	serverName: string | null;
	/** Default namespace of the context. */
	namespace: string;
	token: Secret | null;
	/** Read again before use: projected service account tokens rotate. */
	tokenFile: string | null;
	clientCertificate: string | null;
	clientKey: Secret | null;
	exec: ExecPlugin | null;
};

export type KubeconfigSource = { path: string } | { text: string };
export type ConnectOptions = {
	context?: string;
	/** The environment of this process; only names on a short list reach credential plugins. */
	env?: Readonly<Record<string, string | undefined>>;
};

/**
 * Read a kubeconfig and pick one context. Throws `invalid_request` with a sentence for everything we do not support
 * (passwords, `auth-provider`, impersonation, `proxy-url`) instead of connecting in some other way.
 */
export async function connectFromKubeconfig(
	source: KubeconfigSource,
	options: ConnectOptions = {},
): Promise<KubeConnection> {
	if ('text' in source) return readKubeconfig(source.text, { ...options, directory: null });
	let text: string;
	try {
		text = await readFile(source.path, 'utf8');
	} catch (cause) {
		throw new AppError('invalid_request', `The kubeconfig ${source.path} cannot be read: ${messageOf(cause)}`, {
			cause,
		});
	}
	return readKubeconfig(text, { ...options, directory: dirname(source.path) });
}

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** The connection of a pod to its own cluster. Throws `invalid_request` outside a pod. */
export async function connectInCluster(directory = SERVICE_ACCOUNT): Promise<KubeConnection> {
	try {
		const [ca, namespace] = await Promise.all([
			readFile(`${directory}/ca.crt`, 'utf8'),
			readFile(`${directory}/namespace`, 'utf8'),
		]);
		return {
			server: 'https://kubernetes.default.svc',
			ca,
			insecure: false,
			serverName: null,
			namespace: namespace.trim(),
			token: null,
			tokenFile: `${directory}/token`,
			clientCertificate: null,
			clientKey: null,
			exec: null,
		};
	} catch (cause) {
		throw new AppError('invalid_request', 'This process does not run in a pod with a service account.', {
			hint: 'Set a kubeconfig instead.',
			cause,
		});
	}
}
