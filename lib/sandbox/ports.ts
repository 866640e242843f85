import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';

const Port = z.int().min(1).max(65_535);

/** The port of every pretend server; the portal stores URLs, so they should survive a restart. */
export const SandboxPorts = z.object({
	github: Port.optional(),
	npm: Port.optional(),
	oci: Port.optional(),
	storage: Port.optional(),
	/** The cluster remembers its own port in its state file; here only to ask for one. */
	cluster: Port.optional(),
});
export type SandboxPorts = z.infer<typeof SandboxPorts>;

/** Ports of the last run, or none. A damaged file means new ports, nothing worse, so it is not an error. */
export function recallPorts(path: string | null): SandboxPorts {
	if (path === null || !existsSync(path)) return {};
	try {
		return SandboxPorts.parse(JSON.parse(readFileSync(path, 'utf8')));
	} catch {
		return {};
	}
}

export function rememberPorts(path: string | null, ports: SandboxPorts): void {
	if (path === null) return;
	mkdirSync(dirname(path), { recursive: true });
	writeFileSync(path, `${JSON.stringify(ports, null, '\t')}\n`);
}
