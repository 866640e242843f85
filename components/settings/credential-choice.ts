import type { SourceDetail } from '@/lib/contracts/sources';
import { type CredentialDraft, configOf, credentialAudiences, type SourceDraft } from './source-draft';
import type { FieldRefusal } from './source-refusals';

/** What the server keeps for a source that is edited. */
export type StoredSource = Pick<SourceDetail, 'id' | 'config' | 'credential' | 'npmCredential'>;

/** Stored credentials that would go another way than before: they have to be entered again, or removed. */
export function movedCredentials(draft: SourceDraft, stored: StoredSource | null): { main: boolean; npm: boolean } {
	if (stored === null) return { main: false, npm: false };
	const before = credentialAudiences(stored.config);
	const now = credentialAudiences(configOf(draft));
	return {
		main: stored.credential === 'set' && before.main !== now.main,
		npm: stored.npmCredential === 'set' && draft.oci.frontends && before.npm !== now.npm,
	};
}

/** The credentials to send: a text replaces, null removes, undefined leaves what is stored (or nothing). */
export function credentialChanges(draft: SourceDraft, stored: StoredSource | null) {
	const moved = movedCredentials(draft, stored);
	const hasNpm = draft.kind === 'oci' && draft.oci.frontends;
	const orphaned = stored !== null && stored.npmCredential !== 'not-set' ? null : undefined;
	return {
		credential: changeOf(draft.credential, moved.main),
		npmCredential: hasNpm ? changeOf(draft.npmCredential, moved.npm) : orphaned,
	};
}

/** What only somebody who knows the stored state can refuse. */
export function credentialRefusals(draft: SourceDraft, stored: StoredSource | null): FieldRefusal[] {
	const moved = movedCredentials(draft, stored);
	const refusals: FieldRefusal[] = [];
	const main = missing(draft.credential, { moved: moved.main, set: stored?.credential === 'set' });
	if (main) refusals.push({ field: 'credential.text', reason: main });
	const npm = missing(draft.npmCredential, { moved: moved.npm, set: stored?.npmCredential === 'set' });
	if (npm && draft.kind === 'oci' && draft.oci.frontends) refusals.push({ field: 'npmCredential.text', reason: npm });
	if (
		stored === null &&
		draft.kind === 'github' &&
		draft.github.find === 'list' &&
		draft.credential.text.trim() === ''
	) {
		refusals.push({
			field: 'credential.text',
			reason: 'GitHub lists packages for nobody without a token. Enter one, or choose another way to find packs.',
		});
	}
	return refusals;
}

/** What a person sees and edits: a stored credential that moved asks to be entered, whatever was chosen before. */
export function effectiveChoice({ choice }: CredentialDraft, moved: boolean): CredentialDraft['choice'] {
	return moved && choice === 'keep' ? 'enter' : choice;
}

function changeOf(credential: CredentialDraft, moved: boolean): string | null | undefined {
	switch (effectiveChoice(credential, moved)) {
		case 'keep':
			return undefined;
		case 'remove':
			return null;
		case 'enter':
			return credential.text.trim() || undefined;
	}
}

function missing(credential: CredentialDraft, { moved, set }: { moved: boolean; set: boolean }): string | null {
	if (!set || effectiveChoice(credential, moved) !== 'enter' || credential.text.trim() !== '') return null;
	return moved
		? 'Enter the credential again, or remove it: it would be sent another way than before.'
		: 'Enter the new one, or keep the stored one.';
}
