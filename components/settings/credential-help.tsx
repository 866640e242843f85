import { TextLink } from '@/components/ui/app-link';
import type { SourceDraft } from './source-draft';

const NEW_TOKEN = 'https://github.com/settings/tokens/new?scopes=read:packages&description=Packyard';

/** Packages accept classic tokens only (facts: registries, section 1.3), whatever GitHub's pages suggest. */
export function GithubTokenHelp({ onGithubCom }: { onGithubCom: boolean }) {
	return (
		<>
			A personal access token (classic) with the one scope <code>read:packages</code>, best of a machine user.
			Fine-grained tokens and GitHub App tokens cannot read packages. If the organisation uses single sign-on, authorise
			the token for it. Frontends need the token even when they are public.
			{onGithubCom ? (
				<>
					{' '}
					<TextLink href={NEW_TOKEN}>Make one on GitHub</TextLink>
				</>
			) : null}
		</>
	);
}

const ociRights = {
	names: 'It needs to pull the repositories named above.',
	index: 'It needs to pull the index artifact and the charts it names.',
	catalog: 'It needs to pull, and to list the catalog, which many registries reserve for administrators.',
	harbor: 'A robot account of the project that may list repositories and list, read and pull artifacts.',
} satisfies Record<SourceDraft['oci']['find'], string>;

export function OciCredentialHelp({ find }: { find: SourceDraft['oci']['find'] }) {
	return (
		<>
			{ociRights[find]} It never needs to push. For ghcr.io: a classic token with <code>read:packages</code>. Empty:
			what is public.
		</>
	);
}

export function NpmTokenHelp() {
	return (
		<>
			An access token that may read the packages of the scope; it never needs to publish. For npm.pkg.github.com: a
			classic token with <code>read:packages</code>. Empty: what is public.
		</>
	);
}
