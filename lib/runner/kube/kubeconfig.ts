import { readFile } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { AppError, messageOf, Secret } from '@/lib/core';
import type { ConnectOptions, ExecPlugin, KubeConnection } from './connection';

const Cluster = z.looseObject({
	server: z.string(),
	'certificate-authority': z.string().optional(),
	'certificate-authority-data': z.string().optional(),
	'insecure-skip-tls-verify': z.boolean().optional(),
	'tls-server-name': z.string().optional(),
	'proxy-url': z.string().optional(),
});
const Exec = z.looseObject({
	apiVersion: z.string(),
	command: z.string(),
	args: z.array(z.string()).nullish(),
	env: z.array(z.object({ name: z.string(), value: z.string() })).nullish(),
	provideClusterInfo: z.boolean().nullish(),
});
const User = z.looseObject({
	token: z.string().optional(),
	tokenFile: z.string().optional(),
	'client-certificate': z.string().optional(),
	'client-certificate-data': z.string().optional(),
	'client-key': z.string().optional(),
	'client-key-data': z.string().optional(),
	exec: Exec.optional(),
});
const Context = z.looseObject({ cluster: z.string(), user: z.string().optional(), namespace: z.string().optional() });
const Kubeconfig = z.looseObject({
	'current-context': z.string().optional(),
	clusters: z.array(z.looseObject({ name: z.string(), cluster: Cluster })),
	contexts: z.array(z.looseObject({ name: z.string(), context: Context })),
	users: z.array(z.looseObject({ name: z.string(), user: User.nullish() })).nullish(),
});

/** User settings that change who we are or how we get there; ignoring one would connect as somebody else. */
const UNSUPPORTED = {
	username: 'user name and password',
	password: 'user name and password',
	'auth-provider': 'auth-provider plugins (removed from Kubernetes 1.26)',
	as: 'impersonation',
	'as-groups': 'impersonation',
	'as-uid': 'impersonation',
} as const;

const PLUGIN_ENV = ['PATH', 'HOME', 'USER', 'LANG', 'HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY'];
const PLUGIN_ENV_PREFIXES = ['AWS_', 'GOOGLE_', 'CLOUDSDK_', 'AZURE_', 'AAD_'];

/** Parse the text of a kubeconfig. `directory` is where its relative paths start; null = none are allowed. */
export async function readKubeconfig(
	text: string,
	options: ConnectOptions & { directory: string | null },
): Promise<KubeConnection> {
	const config = parseKubeconfig(text);
	const contextName = options.context ?? config['current-context'];
	const context = config.contexts.find((entry) => entry.name === contextName)?.context;
	if (!context) throw refuse(`The kubeconfig has no context named "${contextName ?? ''}".`);
	const cluster = config.clusters.find((entry) => entry.name === context.cluster)?.cluster;
	if (!cluster) throw refuse(`The kubeconfig has no cluster named "${context.cluster}".`);
	const user = config.users?.find((entry) => entry.name === context.user)?.user ?? {};
	for (const [name, words] of Object.entries(UNSUPPORTED)) {
		if (Object.hasOwn(user, name)) throw refuse(`The kubeconfig uses ${words}, which Packyard does not support.`);
	}
	if (cluster['proxy-url']) throw refuse('The kubeconfig sets proxy-url, which Packyard does not support.');

	const read = (data: string | undefined, file: string | undefined) => contentOf(data, file, options.directory);
	const [ca, certificate, key] = await Promise.all([
		read(cluster['certificate-authority-data'], cluster['certificate-authority']),
		read(user['client-certificate-data'], user['client-certificate']),
		read(user['client-key-data'], user['client-key']),
	]);
	return {
		server: serverOf(cluster.server),
		ca,
		insecure: cluster['insecure-skip-tls-verify'] === true,
		serverName: cluster['tls-server-name'] ?? null,
		namespace: context.namespace ?? 'default',
		token: user.token ? new Secret(user.token) : null,
		tokenFile: user.tokenFile && !user.token ? located(user.tokenFile, options.directory) : null,
		clientCertificate: certificate,
		clientKey: key === null ? null : new Secret(key),
		exec: user.exec ? pluginOf(user.exec, options) : null,
	};
}

/**
 * The kubeconfig for one Helm run (JSON, which is YAML). It holds credentials: write it with mode 0600 only.
 */
export function writeKubeconfig(connection: KubeConnection, namespace: string): string {
	const { exec } = connection;
	const base64 = (text: string) => Buffer.from(text).toString('base64');
	const user = {
		token: connection.token?.reveal(),
		tokenFile: connection.tokenFile ?? undefined,
		'client-certificate-data': connection.clientCertificate ? base64(connection.clientCertificate) : undefined,
		'client-key-data': connection.clientKey ? base64(connection.clientKey.reveal()) : undefined,
		exec: exec
			? {
					apiVersion: exec.apiVersion,
					command: exec.command,
					args: exec.args,
					// Helm's own environment is nearly empty, so the plugin gets its variables from here.
					env: Object.entries(exec.env).map(([name, value]) => ({ name, value })),
					provideClusterInfo: exec.provideClusterInfo,
					interactiveMode: 'Never',
				}
			: undefined,
	};
	const cluster = {
		server: connection.server,
		'certificate-authority-data': connection.ca && !connection.insecure ? base64(connection.ca) : undefined,
		'insecure-skip-tls-verify': connection.insecure || undefined,
		'tls-server-name': connection.serverName ?? undefined,
	};
	return JSON.stringify({
		apiVersion: 'v1',
		kind: 'Config',
		'current-context': 'target',
		clusters: [{ name: 'target', cluster }],
		users: [{ name: 'runner', user }],
		contexts: [{ name: 'target', context: { cluster: 'target', user: 'runner', namespace } }],
	});
}

function parseKubeconfig(text: string): z.infer<typeof Kubeconfig> {
	let raw: unknown;
	try {
		raw = parse(text);
	} catch (cause) {
		throw refuse(`The kubeconfig is not YAML: ${messageOf(cause).split('\n')[0] ?? ''}`);
	}
	const parsed = Kubeconfig.safeParse(raw);
	if (parsed.success) return parsed.data;
	const issue = parsed.error.issues[0];
	throw refuse(`The kubeconfig is incomplete at ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
}

function serverOf(server: string): string {
	if (!URL.canParse(server) || !/^https?:$/.test(new URL(server).protocol)) {
		throw refuse(`The server address "${server}" in the kubeconfig is not an http(s) URL.`);
	}
	return server.replace(/\/+$/, '');
}

async function contentOf(data: string | undefined, file: string | undefined, directory: string | null) {
	// Inline data wins over a file, as in client-go (tools/clientcmd/api, AuthInfo).
	if (data) return Buffer.from(data, 'base64').toString('utf8');
	if (!file) return null;
	try {
		return await readFile(located(file, directory), 'utf8');
	} catch (cause) {
		throw refuse(`The file ${file} named in the kubeconfig cannot be read: ${messageOf(cause)}`);
	}
}

function located(file: string, directory: string | null): string {
	if (isAbsolute(file)) return file;
	if (directory === null) throw refuse(`The kubeconfig names the relative file ${file}; embed its content instead.`);
	return resolve(directory, file);
}

function pluginOf(exec: z.infer<typeof Exec>, options: ConnectOptions & { directory: string | null }): ExecPlugin {
	if (!/^client\.authentication\.k8s\.io\/v1(beta1)?$/.test(exec.apiVersion)) {
		throw refuse(`The credential plugin speaks ${exec.apiVersion}; v1 or v1beta1 is needed.`);
	}
	const env: Record<string, string> = { PATH: '/usr/local/bin:/usr/bin:/bin' };
	for (const [name, value] of Object.entries(options.env ?? {})) {
		const allowed = PLUGIN_ENV.includes(name) || PLUGIN_ENV_PREFIXES.some((prefix) => name.startsWith(prefix));
		if (allowed && value !== undefined) env[name] = value;
	}
	for (const { name, value } of exec.env ?? []) env[name] = value;
	// A command with a slash is relative to the kubeconfig, a bare one is searched on PATH (client-go, exec plugin).
	const command = exec.command.includes('/') ? located(exec.command, options.directory) : exec.command;
	return {
		apiVersion: exec.apiVersion,
		command,
		args: exec.args ?? [],
		env,
		provideClusterInfo: exec.provideClusterInfo ?? false,
	};
}

function refuse(message: string): AppError {
	return new AppError('invalid_request', message, {
		hint: 'Supported: token, tokenFile, client certificate, exec credential plugin.',
	});
}
