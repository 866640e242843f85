import {
	chartReference,
	imageReference,
	manifestText,
	NATS,
	type PackDefinition,
	type PackVersion,
	SCHEMA,
} from './definition';

const description = 'Invoices, payment links and dunning for the workspace';

type EnvEntry = {
	key: string;
	description: string;
	required: boolean;
	type: 'string' | 'number' | 'boolean' | 'url' | 'secret';
	default?: string;
};

/** The contract of 1.0.0, by key; every later version says only what it changes. */
const first: readonly EnvEntry[] = [
	{ key: 'PAYMENTS_API_KEY', description: 'API key of the payment provider', required: true, type: 'secret' },
	{
		key: 'WEBHOOK_SIGNING_SECRET',
		description: 'Secret the payment provider signs its webhooks with',
		required: true,
		type: 'secret',
	},
	{
		key: 'BILLING_PORTAL_URL',
		description: 'Public address of the page where customers pay',
		required: true,
		type: 'url',
	},
	{
		key: 'BILLING_CURRENCY',
		description: 'Currency of new invoices, ISO 4217',
		required: false,
		default: 'BRL',
		type: 'string',
	},
	{
		key: 'INVOICE_DUE_DAYS',
		description: 'Days until an invoice is due',
		required: false,
		default: '30',
		type: 'string',
	},
	{
		key: 'SEND_RECEIPTS',
		description: 'E-mail a receipt after every payment',
		required: false,
		default: 'true',
		type: 'boolean',
	},
	{
		key: 'MAX_RETRIES',
		description: 'How often a failed charge is tried again',
		required: false,
		default: '3',
		type: 'number',
	},
	{
		key: 'FINANCE_CONTACT',
		description: 'Address shown on invoices for questions',
		required: true,
		type: 'secret',
	},
];

/** 1.1.0: the provider's key gets its full name. */
const renamed = first.map((entry) =>
	entry.key === 'PAYMENTS_API_KEY' ? { ...entry, key: 'PAYMENT_PROVIDER_API_KEY' } : entry,
);

/** 1.2.0: invoices need a tax number. */
const withTaxId: readonly EnvEntry[] = [
	...renamed,
	{ key: 'BILLING_TAX_ID', description: 'CNPJ printed on invoices', required: true, type: 'string' },
];

/** 1.3.0: "30 dias" was accepted before, now it has to be a number. The notes do not say so. */
const narrowed = change(withTaxId, 'INVOICE_DUE_DAYS', { type: 'number' });

/** 1.4.0: whoever relied on BRL would invoice in dollars. */
const dollars = change(narrowed, 'BILLING_CURRENCY', { default: 'USD' });

/** 1.5.0: a value that was kept as a secret becomes readable. */
const plainContact = change(dollars, 'FINANCE_CONTACT', {
	type: 'string',
	description: 'Address shown on invoices for questions (visible to customers)',
});

/**
 * Full-stack with several secrets and a history that breaks: every kind of contract change in a version of its own,
 * quiet versions between them, and a newest version whose image does not exist.
 */
export const billing: PackDefinition = {
	id: 'billing',
	description,
	visibility: 'private',
	repositoryVisibility: 'public',
	versions: [
		version('1.0.0', '2026-01-20T12:00:00Z', first, 'First release: invoices, payment links, reminders.'),
		version(
			'1.0.1',
			'2026-02-03T15:30:00Z',
			first,
			"## What's changed\n\n- fix: reminders are not sent on Sundays any more (#12)\n",
		),
		version(
			'1.1.0',
			'2026-03-11T10:00:00Z',
			renamed,
			'## Breaking\n\n- `PAYMENTS_API_KEY` is now called `PAYMENT_PROVIDER_API_KEY`. Same key, new name.\n\n## New\n\n- several payment providers can be prepared side by side (#31)\n',
		),
		version(
			'1.1.1',
			'2026-03-18T17:45:00Z',
			renamed,
			"## What's changed\n\n- fix: webhook retries respect the order of events (#38)\n",
		),
		version(
			'1.2.0',
			'2026-04-27T14:10:00Z',
			withTaxId,
			'## Before you upgrade\n\n- `BILLING_TAX_ID` is required: invoices carry your CNPJ from now on.\n',
		),
		version(
			'1.3.0',
			'2026-06-15T09:00:00Z',
			narrowed,
			"## What's changed\n\n- perf: invoice list loads in one request (#61)\n- chore: dependencies\n",
		),
		version(
			'1.4.0',
			'2026-07-30T18:20:00Z',
			dollars,
			'## Worth knowing\n\n- New invoices default to **USD**. Set `BILLING_CURRENCY` if you rely on BRL.\n',
		),
		version(
			'1.4.1',
			'2026-08-12T08:15:00Z',
			dollars,
			"## What's changed\n\n- fix: rounding of cents in dollar invoices (#77)\n",
		),
		version(
			'1.5.0',
			'2026-09-22T13:00:00Z',
			plainContact,
			'## Breaking\n\n- `FINANCE_CONTACT` is no longer a secret: it is printed on invoices anyway. Enter it again after the upgrade.\n',
		),
		version(
			'1.6.0',
			'2026-10-29T19:55:00Z',
			plainContact,
			"## What's changed\n\n- feat: split payments (#90)\n",
			'1.6.0-does-not-exist',
		),
	],
};

function change(env: readonly EnvEntry[], key: string, members: Partial<EnvEntry>): readonly EnvEntry[] {
	return env.map((entry) => (entry.key === key ? { ...entry, ...members } : entry));
}

function version(number: string, at: string, env: readonly EnvEntry[], notes: string, imageTag?: string): PackVersion {
	return {
		version: number,
		at,
		notes,
		manifests: {
			'chart-files': manifestText({
				$schema: SCHEMA,
				id: 'billing',
				name: 'Billing',
				version: number,
				icon: './package/src/assets/icon.svg',
				description,
				author: 'Namastex',
				permissions: ['nats:publish', 'nats:subscribe', 'http:fetch', 'system:notifications'],
				frontend: { package: '@khal-os/pack-billing' },
				backend: {
					image: imageReference('billing'),
					helmChart: chartReference('billing'),
					env: { ...NATS, NODE_ENV: 'production' },
					ports: [8080],
				},
				env,
			}),
		},
		chart: { image: imageReference('billing'), port: 8080, ...(imageTag === undefined ? {} : { imageTag }) },
		frontends: [{ package: '@khal-os/pack-billing', title: 'Billing' }],
	};
}
