'use client';

import { movedCredentials, type StoredSource } from './credential-choice';
import { CredentialField } from './credential-field';
import { GithubTokenHelp, NpmTokenHelp, OciCredentialHelp } from './credential-help';
import { TextField } from './form-fields';
import { GITHUB_API, type SourceDraft } from './source-draft';

/** Who reads: user names and tokens of the chosen kind, each with the rights it needs. */
export function CredentialFields({ draft, stored }: { draft: SourceDraft; stored: StoredSource | null }) {
	const moved = movedCredentials(draft, stored);
	const main = { name: 'credential', state: stored?.credential ?? 'not-set', moved: moved.main } as const;
	const npm = { name: 'npmCredential', state: stored?.npmCredential ?? 'not-set', moved: moved.npm } as const;
	switch (draft.kind) {
		case 'github':
			return (
				<CredentialField
					{...main}
					label="Token"
					aside={draft.github.find === 'list' ? 'needed to list packs' : 'optional'}
					help={<GithubTokenHelp onGithubCom={draft.github.apiUrl.trim() === GITHUB_API} />}
				/>
			);
		case 'oci':
			return (
				<>
					<TextField
						name="oci.username"
						label="User name"
						aside="optional"
						description="Of a user or robot account, like robot$packyard. Empty when the registry only wants a token."
					/>
					<CredentialField
						{...main}
						label="Password or token"
						aside="optional"
						help={<OciCredentialHelp find={draft.oci.find} />}
					/>
					{draft.oci.frontends ? (
						<>
							<TextField
								name="oci.npmUsername"
								label="User name for the frontends"
								aside="optional"
								description="Only when the npm registry wants one (Artifactory, Nexus)."
							/>
							<CredentialField {...npm} label="Token for the frontends" aside="optional" help={<NpmTokenHelp />} />
						</>
					) : null}
				</>
			);
		case 'npm':
			return (
				<>
					<TextField
						name="npm.username"
						label="User name"
						aside="optional"
						description="Only when the registry wants one (Artifactory, Nexus)."
					/>
					<CredentialField {...main} label="Token" aside="optional" help={<NpmTokenHelp />} />
				</>
			);
	}
}
