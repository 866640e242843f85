import type { NextConfig } from 'next';

const config: NextConfig = {
	poweredByHeader: false,
	// Types are checked once, by `npm run check`; a newcomer's first start should not wait for them again.
	typescript: { ignoreBuildErrors: true },
	typedRoutes: true,
	// Native, WASM or worker-bound packages that must stay ordinary Node modules.
	serverExternalPackages: [
		'@electric-sql/pglite',
		'@prisma/adapter-pg',
		'pg',
		'pino',
		'better-auth',
		'undici',
		'tar',
		'yaml',
	],
	// The sandbox and the registries are reached by the server only; no remote images.
	images: { unoptimized: true },
	devIndicators: false,
	// `forbidden()` in the page guard (lib/http/page.ts) renders app/forbidden.tsx with a real 403.
	experimental: { authInterrupts: true },
};

export default config;
