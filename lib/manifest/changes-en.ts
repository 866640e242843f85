import { assertNever } from '@/lib/core';
import type { ContractChange } from './change';
import type { KnownPermission } from './permissions';

export const permissionsInEnglish: Record<KnownPermission, string> = {
	'nats:publish': 'May send messages to other services.',
	'nats:subscribe': 'May receive messages from other services.',
	'files:read': 'May read files.',
	'files:write': 'May create, change and delete files.',
	'pty:spawn': 'May open a terminal and run programs.',
	'http:fetch': 'May call addresses on the network.',
	'system:clipboard': 'May read and change the clipboard.',
	'system:notifications': 'May show notifications.',
};

/** English: one sentence per change, saying what happens to this install and what to do. */
export function explainInEnglish(change: ContractChange): string {
	switch (change.kind) {
		case 'added':
			return added(change);
		case 'becomes-question':
			return becomesQuestion(change);
		case 'now-required':
			if (change.gate === 'none')
				return `${change.key} is now required; it already gets a value (${by(change.provider)}).`;
			return `${change.key} was optional and is now required: give it a value.`;
		case 'now-optional':
			return `${change.key} is no longer required.`;
		case 'removed':
			if (change.hasValue === false) return `${change.key} is no longer used; this install has no value for it.`;
			return `${change.key} is no longer used: choose whether its value is archived or deleted.`;
		case 'pack-provided':
			if (change.hasValue === false) return `The pack now sets ${change.key} itself.`;
			return `The pack now sets ${change.key} itself: choose whether your value is archived or deleted.`;
		case 'suspected-rename':
			return change.secret
				? `${change.key} looks renamed to ${change.to}: confirm, and the secret moves without being read, or say that they are different.`
				: `${change.key} looks renamed to ${change.to}: confirm, and its value moves, or say that they are different.`;
		case 'renamed':
			if (change.secret) return `${change.key} is now called ${change.to}; its value moves without being shown.`;
			return `${change.key} is now called ${change.to}; its value moves along.`;
		case 'exposed':
			if (change.hasValue === false)
				return `${change.key} is no longer a secret: whatever is entered will be readable by everyone who sees the configuration.`;
			return `${change.key} is no longer a secret and will be readable in the configuration. The stored secret is not carried over: enter a value that may be seen, and type the key to confirm.`;
		case 'now-secret':
			if (change.hasValue === false) return `${change.key} is now a secret.`;
			return `${change.key} is now a secret: its value moves to the secret store and out of the older revisions. The audit log and whoever looked held it in clear, so consider replacing it.`;
		case 'retyped':
			return retyped(change);
		case 'default-changed':
			return defaultChanged(change);
		case 'pack-value-changed':
			return packValueChanged(change);
		case 'permissions-widened':
			return `The pack asks for more permissions: ${change.permissions.map(inWords).join(', ')}.`;
		case 'permissions-narrowed':
			return `The pack no longer asks for: ${change.permissions.join(', ')}.`;
		case 'sandbox-added':
			return `The pack now runs a container for every user${change.sudoers ? ', with administrator rights inside it' : ''}.`;
		case 'sandbox-widened':
			return change.sudoers
				? 'The container of every user now has administrator rights inside it.'
				: 'The container of every user now mounts more storage.';
		case 'sandbox-removed':
			return 'The pack no longer runs a container for every user.';
		case 'apps-removed':
			return `Apps disappear from the desktop: ${change.apps.join(', ')}.`;
		case 'apps-added':
			return `New apps appear on the desktop: ${change.apps.join(', ')}.`;
		case 'backend-added':
			return 'The pack now runs a service in the cluster; until now it had only a frontend.';
		case 'backend-removed':
			return 'The pack no longer runs a service in the cluster; the running one is removed.';
		case 'ports-changed':
			return `The service listens on other ports: ${ports(change.from)} becomes ${ports(change.to)}.`;
		case 'breaking-version':
			return `By its number, ${change.to} may break what ${change.from} promised: read the release notes.`;
		case 'notes-say-breaking':
			return 'The author announces a breaking change that the configuration does not show: read the release notes.';
		case 'notes-silent':
			return change.gaveNotes
				? `Not mentioned by the author: the release notes say nothing about ${change.subjects.join(', ')}.`
				: `The author gave no notes, yet this version breaks: ${change.subjects.join(', ')}.`;
		case 'stepping-stone':
			return change.via === null
				? `Version ${change.version} accepts upgrades from ${change.minimum} or newer only, and no such version is known.`
				: `Version ${change.via} must be installed first: ${change.version} accepts upgrades from ${change.minimum} or newer.`;
		case 'not-comparable':
			return change.side === 'wanted'
				? `Version ${change.version} has no readable manifest, so nobody can tell what it changes.`
				: `The installed version ${change.version} has no readable manifest: everything ${change.toVersion ?? 'the new version'} asks for counts as new.`;
		default:
			return assertNever(change);
	}
}

function inWords(permission: string): string {
	const sentence = new Map<string, string>(Object.entries(permissionsInEnglish)).get(permission);
	return sentence === undefined
		? permission
		: `${permission} (${sentence.charAt(0).toLowerCase()}${sentence.slice(1, -1)})`;
}

function added(change: Extract<ContractChange, { kind: 'added' }>): string {
	const what = change.secret ? 'secret' : 'value';
	if (change.gate === 'value-needed') return `${change.key} is a new required ${what}: give it a value.`;
	if (change.provider === 'default' && change.default !== null)
		return `${change.key} is new and starts with ${quoted(change.default)}.`;
	if (change.provider !== null) return `${change.key} is new; it gets a value (${by(change.provider)}).`;
	return `${change.key} is a new optional ${what}.`;
}

function becomesQuestion(change: Extract<ContractChange, { kind: 'becomes-question' }>): string {
	if (change.gate === 'value-needed')
		return `${change.key} was set by the pack and is now yours to set: give it a value.`;
	if (change.provider !== null)
		return `${change.key} is no longer set by the pack; it gets a value (${by(change.provider)}).`;
	return `${change.key} is no longer set by the pack and stays empty unless you set it.`;
}

function retyped(change: Extract<ContractChange, { kind: 'retyped' }>): string {
	const { key } = change;
	const to = typeName(change.to);
	switch (change.state) {
		case 'widened':
			return `${key} now accepts any text (before: ${typeName(change.from)}).`;
		case 'valid':
			return `${key} must now be ${to}; the current value already fits.`;
		case 'invalid':
			return `${key} must now be ${to} and the current value does not fit: correct it.`;
		case 'unset':
			return `${key} must now be ${to}; no value is set.`;
		case 'unknown':
			return `${key} must now be ${to} (before: ${typeName(change.from)}): a value that does not fit has to be corrected.`;
		case 'unreadable':
			return `${key} must now be ${to}. The stored secret cannot be read to check it: enter it again.`;
		default:
			return assertNever(change.state);
	}
}

function typeName(type: string): string {
	return typeNames.get(type) ?? type;
}

const typeNames = new Map([
	['string', 'text'],
	['number', 'a number'],
	['boolean', 'true or false'],
	['secret', 'a secret'],
	['url', 'an address'],
]);

function defaultChanged(change: Extract<ContractChange, { kind: 'default-changed' }>): string {
	const { key, from, to } = change;
	if (change.secret) return secretDefaultChanged(change);
	if (change.gate === 'value-needed')
		return `${key} is required and loses its default ${quoted(from)}: give it a value.`;
	const words =
		from === null
			? `gets the default ${quoted(to)}`
			: to === null
				? `loses its default ${quoted(from)}`
				: `changes its default from ${quoted(from)} to ${quoted(to)}`;
	if (change.relies === false) return `${key} ${words}; this install has its own value and keeps it.`;
	if (change.gate !== 'offer-old-default') return `${key} ${words}.`;
	if (change.relies === null) return `${key} ${words}; installs that use the default can keep the old one.`;
	return `${key} ${words}, and this install uses the default: you can keep the old one.`;
}

function secretDefaultChanged({ gate, key, relies }: Extract<ContractChange, { kind: 'default-changed' }>): string {
	if (gate === 'value-needed') return `${key} is required and loses its published default: give it a value.`;
	if (relies === false) return `The published default of ${key} changes; this install has its own value and keeps it.`;
	if (gate !== 'offer-old-default') return `The published default of ${key} changes.`;
	if (relies === null) return `The published default of ${key} changes; installs that use it can keep the old one.`;
	return `The published default of ${key} changes, and this install uses it: you can keep the old one.`;
}

function packValueChanged(change: Extract<ContractChange, { kind: 'pack-value-changed' }>): string {
	if (change.overridden)
		return `The pack changes its own value of ${change.key}; this install has another value and keeps it.`;
	if (change.action === 'added') return `The pack now sets ${change.key}.`;
	if (change.action === 'removed') return `The pack no longer sets ${change.key}.`;
	return `The pack sets ${change.key} to another value.`;
}

function by(provider: 'answer' | 'instance' | 'pack' | 'default' | null): string {
	if (provider === 'answer') return 'your current one';
	if (provider === 'instance') return 'from the instance settings';
	return provider === 'pack' ? 'from the pack' : 'its default';
}

/** Defaults are published text of any length; a sentence has room for little. */
function quoted(text: string | null): string {
	if (text === null) return 'nothing';
	return `“${text.length > 60 ? `${text.slice(0, 60)}…` : text}”`;
}

function ports(list: readonly number[]): string {
	return list.length === 0 ? 'none' : list.join(', ');
}
