import type { Catalogue } from './catalogue';
import { explainInEnglish, permissionsInEnglish } from './changes-en';

export const english: Catalogue = {
	change: explainInEnglish,
	notes: {
		'too-large': () => 'The file is larger than 256 KB.',
		'too-deep': () => 'The file is nested deeper than 32 levels.',
		'not-json': () => 'The file is not readable JSON.',
		'not-object': () => 'The file is JSON, but not an object.',
		'list-too-long': (path, detail) => `${path} is too long: at most ${detail || 'a few hundred'} entries are read.`,
		'wrong-type': (path, detail) => `${path} has the wrong form${detail ? `: ${detail} is expected` : ''}.`,
		'id-missing': () => 'The manifest has no id.',
		'id-invalid': (path, detail) =>
			`${path}${said(detail)} is not an id: use lower-case letters, digits and dashes, at most 63.`,
		'version-invalid': (path, detail) => `${path}${said(detail)} is not a semantic version such as 1.2.3.`,
		'version-missing': (path) => `${path} is missing; the version of the chart or package counts.`,
		'version-prefixed': (path) => `${path} starts with v, which is left out.`,
		'reference-invalid': (path, detail) => `${path}${said(detail)} is not a valid address.`,
		'reference-versioned': (path) => `${path} names a tag or digest, which is ignored: the pack version decides.`,
		'env-key-invalid': (path, detail) => `${path}${said(detail)} is not a usable environment key.`,
		'env-key-reserved': (path, detail) =>
			`${path}${said(detail)} is reserved by the container platform and cannot be set.`,
		'env-key-duplicate': (path, detail) => `${path}${said(detail)} is declared twice.`,
		'env-type-unknown': (path, detail) => `${path}${said(detail)} is not a known type; text is asked for.`,
		'env-visibility-unknown': (path, detail) =>
			`${path}${said(detail)} is unknown; the value is stored as a secret to be safe.`,
		'env-secret-as-config': (path, detail) =>
			`${path}${said(detail)} asks for plain storage of a secret; it is stored as a secret.`,
		'env-guessed-secret': (path, detail) =>
			`${path}${said(detail)} has no type and looks like a secret; it is stored as one.`,
		'env-required-missing': (path) => `${path} is not true or false.`,
		'value-coerced': (path) => `${path} is not text; it is read as text.`,
		'text-shortened': (path) => `${path} is very long and was cut.`,
		'unknown-field': (path) => `${path} is not a field this portal knows; it is ignored.`,
		'unknown-permission': (path, detail) => `${path}${said(detail)} is not in the list of known permissions.`,
		'permissions-undeclared': () => 'The pack does not declare which permissions it needs.',
		'icon-missing': () => 'The pack has no icon.',
		'icon-unavailable': (path) => `${path} is a picture that exists only inside the KhalOS shell.`,
		'path-refused': (path, detail) => `${path}${said(detail)} is not a safe path or address; it is ignored.`,
		'name-missing': () => 'The pack has no name; its id is shown.',
		'settings-elsewhere': (path) =>
			`${path} points to a file that is not part of the manifest; its settings are not asked for.`,
		'frontend-ignored': () => 'The pack lists apps, so the frontend at the top is ignored.',
		'frontend-unreachable': (path) => `${path} is a path inside a package, but no package is named.`,
		'services-without-backend': () => 'The pack declares services but no backend that Helm could install.',
		'more-notes': () => 'There is more to say about this file; only the first 100 notes are shown.',
	},
	answers: {
		missing: (key) => `${key} is required: give it a value.`,
		'not-number': (key) => `${key} must be a number such as 8080 or 0.5.`,
		'not-boolean': (key) => `${key} must be true or false.`,
		'not-url': (key) =>
			`${key} must be a complete address with its scheme, such as https://example.com or nats://host:4222.`,
		'unknown-key': (key) => `${key} is not part of this pack's contract: remove it.`,
		'too-long': (key) => `${key} is longer than 64 KB: shorten it.`,
		'has-nul': (key) => `${key} contains a NUL character, which no environment can carry: remove it.`,
	},
	pastes: {
		'line-break-at-end': 'There is a line break at the end, probably from copying.',
		'space-around': 'There are spaces before or after the value.',
		quotes: 'The value is in quotation marks; they would become part of the secret.',
		'key-prefix': 'The value starts with KEY=, as in an .env file.',
		invisible: 'The value contains invisible characters.',
		bearer: 'The value starts with “Bearer ”, which packs usually add themselves.',
		placeholder: 'This looks like a placeholder, not like a real value.',
		'public-key': 'This is a public key; a private one is probably expected.',
	},
	lints: {
		'duplicate-key': (key) => `${key} is declared twice; only the first declaration counts.`,
		'key-differs-by-case': (key) => `${key} differs from another key only by upper and lower case.`,
		'default-on-secret': (key) => `${key} is a secret with a published default: everybody can read it.`,
		'default-fails-type': (key) => `The default of ${key} does not fit its own type.`,
		'default-is-placeholder': (key) => `The default of ${key} is a placeholder, not a value.`,
		'credential-in-default': (key) => `The default of ${key} contains a credential, published for everybody.`,
		'credential-in-pack-value': (key) =>
			`The pack sets ${key} to a value that contains a credential, published for everybody.`,
		'required-with-default': (key) => `${key} is required and has a default, so it is never really asked for.`,
		'secret-as-config': (key) => `${key} is a secret that asks for plain storage; it is stored as a secret.`,
		'looks-secret': (key) => `${key} is declared as plain text but its name looks like a secret.`,
		'guessed-secret': (key) => `${key} has no type and is treated as a secret because of its name.`,
		'url-may-hold-credential': (key) => `${key} is an address that usually contains a password; it is stored in clear.`,
		'no-description': (key) => `${key} has no description: whoever installs the pack must guess.`,
		'asked-without-words': (key) => `${key} is asked for by an empty backend.env value, without type or description.`,
		'pack-answers-question': (key) => `${key} is asked for and set by the pack at the same time.`,
	},
	reasons: {
		'id-missing': 'The manifest has no id.',
		'services-without-backend': 'The pack declares services but no Helm chart, so Helm cannot install it.',
		'backend-without-chart': 'The pack has a backend but names no Helm chart.',
		'frontend-unreachable': 'The frontend is neither in an npm package nor at an address, so there is nothing to load.',
		'bundle-empty': 'None of the apps of this bundle can be loaded, and it has no Helm chart.',
		'manifest-only': 'The manifest describes neither a frontend nor a backend, so there is nothing to install.',
	},
	permissions: permissionsInEnglish,
	unknownPermission: (permission) => `“${permission}” is not in the known list: ask the publisher what it allows.`,
	badge: ({ code, count }) =>
		({
			breaking: `breaking: ${count}`,
			required: `${count} required new`,
			review: `${count} to review`,
			optional: `${count} optional new`,
		})[code],
	badgeNone: 'no config change',
	badgeUnknown: 'cannot be compared',
};

function said(detail: string): string {
	return detail === '' ? '' : ` (“${detail}”)`;
}
