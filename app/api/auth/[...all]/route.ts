import { route, withBoundedBody } from '@/lib/http';

/** An address and a password; more is nobody's sign-in. */
const LONGEST_BODY = 16 * 1024;

/** better-auth's own routes; `auth.handler` lets through sign-in, sign-out and get-session only. */
const handle = route({
	permission: 'public',
	stream: true,
	handler: async ({ request, runtime }) => runtime.auth.handler(await withBoundedBody(request, LONGEST_BODY)),
});

export { handle as GET, handle as POST };
