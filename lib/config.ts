import { isAbsolute, resolve } from 'node:path';
import { z } from 'zod';
import { AppError, Secret } from '@/lib/core';

/** The one reader of `process.env` (HOUSE.md rule 14). Boot fails with every problem listed at once. */

const seconds = (fallback: number) => z.coerce.number().int().min(1).max(86_400).default(fallback);
const list = z
	.string()
	.default('')
	.transform((text) =>
		text
			.split(',')
			.map((item) => item.trim())
			.filter((item) => item !== ''),
	);
const httpUrl = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, ''));
/** `proxy.example:3128` counts as http, as everywhere; the address may hold a name and password. */
const proxyUrl = z
	.string()
	.transform((text) => (/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`))
	.refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), 'must be an http or https address')
	.transform((text) => new Secret(text));
const secret = z.string().transform((text) => new Secret(text));

/** Every setting: what it does, as README prints it, and how it is read. `docs-drift.test.ts` compares the two. */
export const settings = {
	PORT: {
		about: 'Port of the portal; `npm start` takes the next free one when it is taken.',
		default: '3000',
		read: z.coerce.number().int().min(0).max(65_535).default(3000),
	},
	HOST: {
		about: 'Address to listen on. Loopback unless you say otherwise.',
		default: '127.0.0.1',
		read: z.string().default('127.0.0.1'),
	},
	PACKYARD_URL: {
		about: 'Public address when a proxy stands in front, e.g. `https://packs.example.com`.',
		default: 'from HOST and PORT',
		read: httpUrl.optional(),
	},
	PACKYARD_DATA_DIR: {
		about: 'Folder of the embedded database, the sandbox and generated keys. One process per folder.',
		default: './data',
		read: z.string().default('./data'),
	},
	DATABASE_URL: {
		about: 'PostgreSQL instead of the embedded database.',
		default: 'embedded (PGlite)',
		read: z
			.string()
			.regex(/^postgres(ql)?:\/\//, 'must start with postgres://')
			.optional(),
	},
	PACKYARD_SECRET: {
		about: 'At least 32 characters; signs sessions, fingerprints secrets, encrypts registry credentials.',
		default: 'generated in the data folder',
		read: z
			.string()
			.min(32, 'needs at least 32 characters')
			.transform((text) => new Secret(text))
			.optional(),
	},
	PACKYARD_SECRET_PREVIOUS: {
		about: 'Earlier values of `PACKYARD_SECRET`, comma separated: what they encrypted is read and encrypted anew.',
		default: 'none',
		read: list.pipe(
			z.array(
				z
					.string()
					.min(32, 'needs at least 32 characters')
					.transform((text) => new Secret(text)),
			),
		),
	},
	PACKYARD_ROLE: {
		about: '`all`, or `portal` and `runner` on different machines.',
		default: 'all',
		read: z.enum(['all', 'portal', 'runner']).default('all'),
	},
	PACKYARD_RUNNER_URL: {
		about: 'Where the runner answers, when it is another process.',
		default: 'this process',
		read: httpUrl.optional(),
	},
	PACKYARD_RUNNER_TOKEN: {
		about: 'Bearer token between portal and runner; required when they are two processes.',
		default: 'generated at start',
		read: z
			.string()
			.min(24, 'needs at least 24 characters')
			.transform((text) => new Secret(text))
			.optional(),
	},
	HELM_BIN: {
		about: 'Helm 4.1 or newer.',
		default: '`helm` on PATH, else fetched by `npm start` (linux/x64)',
		read: z.string().optional(),
	},
	PACKYARD_KUBECONFIG: {
		about: 'Path of a kubeconfig, or `in-cluster`. Replaces the pretend cluster.',
		default: 'sandbox',
		read: z.string().optional(),
	},
	PACKYARD_KUBE_CONTEXT: {
		about: 'Context of that kubeconfig.',
		default: 'its current context',
		read: z.string().optional(),
	},
	PACKYARD_GITHUB_ORG: {
		about: 'GitHub organisation whose packages are the packs. Replaces the pretend registries.',
		default: 'sandbox',
		read: z
			.string()
			.regex(/^[A-Za-z0-9][A-Za-z0-9-]*$/)
			.optional(),
	},
	PACKYARD_GITHUB_TOKEN: {
		about: 'Classic personal access token with `read:packages`.',
		default: 'none',
		read: secret.optional(),
	},
	PACKYARD_GITHUB_API_URL: {
		about: 'GitHub REST API.',
		default: 'https://api.github.com',
		read: httpUrl.default('https://api.github.com'),
	},
	PACKYARD_OCI_HOST: {
		about: 'Registry that holds the charts.',
		default: 'ghcr.io',
		read: z.string().default('ghcr.io'),
	},
	PACKYARD_NPM_URL: {
		about: 'npm registry that holds the frontends.',
		default: 'https://npm.pkg.github.com',
		read: httpUrl.default('https://npm.pkg.github.com'),
	},
	PACKYARD_ALLOWED_HOSTS: {
		about: 'Further hosts, comma separated, that downloads may be redirected to.',
		default: 'GitHub storage hosts',
		read: list,
	},
	HTTPS_PROXY: {
		about: 'HTTP proxy for sources that are asked over https and have no proxy of their own; lower case works too.',
		default: 'none',
		read: proxyUrl.optional(),
	},
	HTTP_PROXY: {
		about: 'The same for sources that are asked over plain http.',
		default: 'none',
		read: proxyUrl.optional(),
	},
	NO_PROXY: {
		about:
			'Hosts, `.suffix`es and address ranges, comma separated, that are asked without a proxy; this machine always is.',
		default: 'none',
		read: z
			.string()
			.default('')
			.transform((text) => text.split(/[\s,]+/).filter((entry) => entry !== '')),
	},
	PACKYARD_SYNC_MINUTES: {
		about: 'How often sources are read again.',
		default: '15',
		read: z.coerce.number().int().min(1).max(1440).default(15),
	},
	PACKYARD_HELM_TIMEOUT_SECONDS: { about: "Helm's timeout per step.", default: '300', read: seconds(300) },
	PACKYARD_PATIENCE_SECONDS: {
		about: 'How long a cause that will not heal by waiting (bad image, missing key) may hold a rollout.',
		default: '45',
		read: seconds(45),
	},
	PACKYARD_LEASE_SECONDS: {
		about: 'How long a worker may be silent before another one takes its operation over.',
		default: '15',
		read: seconds(15),
	},
	PACKYARD_KEEP_REVISIONS: {
		about: 'How many revisions per install keep their environment for rollback.',
		default: '10',
		read: z.coerce.number().int().min(2).max(100).default(10),
	},
	PACKYARD_LOG_LEVEL: {
		about: '`debug`, `info`, `warn` or `error`.',
		default: 'info',
		read: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
	},
	PACKYARD_LOG_FILE: {
		about: 'File for the JSON log instead of standard output. `npm start` sets it to `<data>/packyard.log`.',
		default: 'standard output',
		read: z.string().optional(),
	},
	PACKYARD_SIGN_IN_LIMIT: {
		about: 'Sign-in attempts per minute and address.',
		default: '10',
		read: z.coerce.number().int().min(1).max(10_000).default(10),
	},
} as const;

type Settings = typeof settings;
type Values = z.output<z.ZodObject<{ [Name in keyof Settings]: Settings[Name]['read'] }>>;

export type Config = {
	port: number;
	host: string;
	publicUrl: string | null;
	dataDir: string;
	databaseUrl: string | null;
	secret: Secret | null;
	secretPrevious: readonly Secret[];
	role: 'all' | 'portal' | 'runner';
	runnerUrl: string | null;
	runnerToken: Secret | null;
	helmBin: string | null;
	/** null = the sandbox's cluster. */
	kube: {
		kubeconfig: string;
		context: string | null;
		/** Everything around us: a credential plugin gets the few variables of it that the runner lets through. */
		env: Readonly<Record<string, string | undefined>>;
	} | null;
	/** null = the sandbox's registries. */
	github: {
		org: string;
		token: Secret | null;
		apiUrl: string;
		ociHost: string;
		npmUrl: string;
		allowedHosts: string[];
	} | null;
	/** How sources without a proxy of their own get out. */
	proxies: { https: Secret | null; http: Secret | null; except: string[] };
	syncMinutes: number;
	helmTimeoutSeconds: number;
	patienceSeconds: number;
	leaseSeconds: number;
	keepRevisions: number;
	logLevel: 'debug' | 'info' | 'warn' | 'error';
	logFile: string | null;
	signInLimit: number;
	rootDir: string;
	production: boolean;
};

/**
 * Read the settings. Empty values count as absent. Throws AppError('invalid_request') that lists every problem; the
 * text never contains a value, because some of them are secrets.
 */
export function readConfig(
	env: Readonly<Record<string, string | undefined>> = process.env,
	rootDir = process.cwd(),
): Config {
	const lowered = ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY'].map((name) => [name, env[name.toLowerCase()]] as const);
	const given = [...lowered, ...Object.entries(env)].filter(([, value]) => value !== undefined && value !== '');
	const present = Object.fromEntries(given);
	const shape = z.object({ ...shapeOf(settings) });
	const parsed = shape.safeParse(present);
	const problems = parsed.success
		? contradictions(parsed.data)
		: parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
	if (!parsed.success || problems.length > 0) {
		throw new AppError('invalid_request', `The settings cannot be used:\n- ${problems.join('\n- ')}`, {
			hint: 'See the configuration table in README.md.',
		});
	}
	return toConfig(parsed.data, { rootDir, env });
}

/** The address this process is reached at from itself: loopback, unless it listens on one other address only. */
export function ownUrl({ host, port }: Pick<Config, 'host' | 'port'>): string {
	return `http://${host === '0.0.0.0' || host === '::' ? '127.0.0.1' : inUrl(host)}:${port}`;
}

/** The address to print and to link to when nobody said which it is. */
export function shownUrl({ host, port }: Pick<Config, 'host' | 'port'>): string {
	return `http://${host === '0.0.0.0' || host === '::' ? 'localhost' : inUrl(host)}:${port}`;
}

/** IPv6 addresses go into brackets (RFC 3986, 3.2.2). */
function inUrl(host: string): string {
	return host.includes(':') ? `[${host}]` : host;
}

function shapeOf(all: Settings): { [Name in keyof Settings]: Settings[Name]['read'] } {
	const entries = Object.entries(all).map(([name, setting]) => [name, setting.read]);
	return Object.fromEntries(entries);
}

function contradictions(values: Values): string[] {
	const problems: string[] = [];
	if (values.PACKYARD_ROLE !== 'all' && values.PACKYARD_RUNNER_TOKEN === undefined) {
		problems.push(`PACKYARD_RUNNER_TOKEN: needed when PACKYARD_ROLE is ${values.PACKYARD_ROLE}`);
	}
	if (values.PACKYARD_ROLE === 'portal' && values.PACKYARD_RUNNER_URL === undefined) {
		problems.push('PACKYARD_RUNNER_URL: needed when PACKYARD_ROLE is portal');
	}
	if (values.PACKYARD_GITHUB_TOKEN !== undefined && values.PACKYARD_GITHUB_ORG === undefined) {
		problems.push('PACKYARD_GITHUB_ORG: needed with PACKYARD_GITHUB_TOKEN');
	}
	return problems;
}

function toConfig(
	values: Values,
	place: { rootDir: string; env: Readonly<Record<string, string | undefined>> },
): Config {
	const absolute = (path: string) => (isAbsolute(path) ? path : resolve(place.rootDir, path));
	const kubeconfig = values.PACKYARD_KUBECONFIG;
	return {
		port: values.PORT,
		host: values.HOST,
		publicUrl: values.PACKYARD_URL ?? null,
		dataDir: absolute(values.PACKYARD_DATA_DIR),
		databaseUrl: values.DATABASE_URL ?? null,
		secret: values.PACKYARD_SECRET ?? null,
		secretPrevious: values.PACKYARD_SECRET_PREVIOUS,
		role: values.PACKYARD_ROLE,
		runnerUrl: values.PACKYARD_RUNNER_URL ?? null,
		runnerToken: values.PACKYARD_RUNNER_TOKEN ?? null,
		helmBin: values.HELM_BIN ?? null,
		kube:
			kubeconfig === undefined
				? null
				: {
						kubeconfig: kubeconfig === 'in-cluster' ? kubeconfig : absolute(kubeconfig),
						context: values.PACKYARD_KUBE_CONTEXT ?? null,
						env: place.env,
					},
		github:
			values.PACKYARD_GITHUB_ORG === undefined
				? null
				: {
						org: values.PACKYARD_GITHUB_ORG,
						token: values.PACKYARD_GITHUB_TOKEN ?? null,
						apiUrl: values.PACKYARD_GITHUB_API_URL,
						ociHost: values.PACKYARD_OCI_HOST,
						npmUrl: values.PACKYARD_NPM_URL,
						allowedHosts: values.PACKYARD_ALLOWED_HOSTS,
					},
		proxies: { https: values.HTTPS_PROXY ?? null, http: values.HTTP_PROXY ?? null, except: values.NO_PROXY },
		syncMinutes: values.PACKYARD_SYNC_MINUTES,
		helmTimeoutSeconds: values.PACKYARD_HELM_TIMEOUT_SECONDS,
		patienceSeconds: values.PACKYARD_PATIENCE_SECONDS,
		leaseSeconds: values.PACKYARD_LEASE_SECONDS,
		keepRevisions: values.PACKYARD_KEEP_REVISIONS,
		logLevel: values.PACKYARD_LOG_LEVEL,
		logFile: values.PACKYARD_LOG_FILE === undefined ? null : absolute(values.PACKYARD_LOG_FILE),
		signInLimit: values.PACKYARD_SIGN_IN_LIMIT,
		rootDir: place.rootDir,
		production: place.env.NODE_ENV === 'production',
	};
}
