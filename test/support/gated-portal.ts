import { type Gate, startGate } from './gate';
import { oddPack } from './odd-pack';
import { type Portal, startPortal } from './portal';

/** The odd pack's good version, the next one, and the one whose image does not exist. */
export const V10 = { slug: 'odd', version: '1.0.0', answers: { plain: {}, secrets: { ODD_TOKEN: 'odd-token-4242' } } };
export const GOOD = { version: '1.1.0' };
export const BAD = { version: '1.2.0' };

/** A portal whose way to its runner has a gate, to stop an operation at a chosen moment. Close both. */
export async function startGatedPortal(): Promise<{ gate: Gate; portal: Portal }> {
	const gate = await startGate();
	const portal = await startPortal({ settings: { PACKYARD_RUNNER_URL: gate.url } });
	gate.lead(portal.url);
	const bad = { ...BAD, imageTag: '1.2.0-does-not-exist' };
	portal.sandbox.registries.publish(oddPack('odd', [{ version: V10.version }, GOOD, bad]));
	await portal.runtime.catalog.syncAll();
	return { gate, portal };
}
