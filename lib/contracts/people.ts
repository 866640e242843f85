import { z } from 'zod';
import { Permission, Role } from './permissions';

/** The parts of the world that the sandbox plays: `packs` are the registries. */
export const Pretend = z.enum(['everything', 'packs', 'cluster']);
export type Pretend = z.infer<typeof Pretend>;

/** GET /api/me */
export const Me = z.object({
	id: z.string(),
	name: z.string(),
	email: z.string(),
	role: Role,
	permissions: z.array(Permission),
	/** What of the world around this portal is pretend, shown as a quiet label; null = nothing. */
	sandbox: Pretend.nullable(),
});
export type Me = z.infer<typeof Me>;

/** POST /api/setup: create the first owner with the one-time token printed at first start. */
export const SetupRequest = z.strictObject({
	token: z.string().max(200),
	name: z.string().trim().min(1, 'Enter your name.').max(100),
	email: z.email('Enter an e-mail address.').max(200),
	password: z.string().min(12, 'Use at least 12 characters.').max(200),
});
export type SetupRequest = z.infer<typeof SetupRequest>;

export const SetupResult = z.object({ created: z.literal(true) });

/** GET /api/setup: is the first owner still missing? Says nothing about the token. */
export const SetupState = z.object({ open: z.boolean() });
export type SetupState = z.infer<typeof SetupState>;

export const SignInRequest = z.strictObject({
	email: z.email('Enter an e-mail address.'),
	password: z.string().min(1, 'Enter your password.'),
});
export type SignInRequest = z.infer<typeof SignInRequest>;
