import { route } from '@/lib/http';

/** better-auth's own routes; `auth.handler` lets through sign-in, sign-out and get-session only. */
const handle = route({
	permission: 'public',
	stream: true,
	handler: ({ request, runtime }) => runtime.auth.handler(request),
});

export { handle as GET, handle as POST };
