import type { Permission, Role } from '@/lib/contracts/permissions';

/** A signed-in person. `via` tells the audit trail which client was used. */
export type UserActor = {
	kind: 'user';
	id: string;
	name: string;
	email: string;
	role: Role;
	permissions: Permission[];
	via: 'browser' | 'cli';
};

/** The portal talking to its runner with the bearer token; holds no permission of people. */
export type RunnerActor = { kind: 'runner' };

export type Actor = UserActor | RunnerActor;
