import { cleanup, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { EnvVar } from '@/lib/manifest';
import type { EnvFormResult, KnownAnswers } from './env-answers';
import { EnvForm, type EnvFormProps } from './env-form';

beforeEach(() => sessionStorage.clear());
afterEach(cleanup);

const contract: EnvVar[] = [
	variable({ key: 'API_URL', type: 'url', required: true, description: 'Where the API answers.' }),
	variable({ key: 'API_KEY', type: 'secret', storage: 'vault', required: true }),
	variable({ key: 'RETRIES', type: 'number', default: '3' }),
	variable({ key: 'VERBOSE', type: 'boolean', default: 'false' }),
	variable({ key: 'GREETING', type: 'string' }),
];

const installed: KnownAnswers = {
	plain: { API_URL: 'https://api.example', GREETING: 'Hi' },
	hidden: {},
	secrets: { API_KEY: { state: 'set', setBy: { id: 'u', name: 'Ana' }, setAt: '2026-04-03T10:00:00Z' } },
	instanceKeys: [],
	packValues: {},
};

test('a default is ghost text and not an answer', async () => {
	const { submit, results } = show();
	await openOptional();
	const retries = screen.getByLabelText('RETRIES');
	expect(retries).toHaveProperty('value', '');
	expect(retries).toHaveProperty('placeholder', 'Default: 3');
	await userEvent.type(screen.getByLabelText('API_URL'), 'https://api.example');
	await userEvent.type(screen.getByLabelText('API_KEY'), 's3cret-value');
	await submit();
	expect(results).toEqual([
		{ answers: { plain: { API_URL: 'https://api.example' }, secrets: { API_KEY: 's3cret-value' } }, discard: [] },
	]);
});

test('an unanswered boolean is not false', async () => {
	const { submit, results } = show({ contract: [variable({ key: 'VERBOSE', type: 'boolean', required: true })] });
	await submit();
	expect(results).toEqual([]);
	await userEvent.click(screen.getByLabelText('false'));
	await submit();
	expect(results).toEqual([{ answers: { plain: { VERBOSE: 'false' }, secrets: {} }, discard: [] }]);
});

test('a refused form lists every problem at the top, takes the focus there, and links to the controls', async () => {
	const { submit, results } = show();
	await submit();
	expect(results).toEqual([]);
	const summary = screen.getByText('2 answers need attention').closest('[tabindex="-1"]');
	expect(document.activeElement).toBe(summary);
	await userEvent.click(screen.getByRole('link', { name: /^API_KEY/ }));
	await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText('API_KEY')));
});

test('leaving a field says at once what is wrong with it, and the field is described by it', async () => {
	show();
	const url = screen.getByLabelText('API_URL');
	await userEvent.type(url, 'not an address');
	await userEvent.tab();
	await waitFor(() => expect(url.getAttribute('aria-invalid')).toBe('true'));
	const described = url.getAttribute('aria-describedby')?.split(' ') ?? [];
	expect(described.map((id) => document.getElementById(id)?.textContent)).toContain('Where the API answers.');
	expect(described).toHaveLength(2);
});

test('a folded optional setting with a mistake is unfolded by a refused submit', async () => {
	const { submit } = show({ known: { ...installed, plain: { ...installed.plain, RETRIES: '3' } } });
	await openOptional();
	await userEvent.clear(screen.getByRole('textbox', { name: 'RETRIES' }));
	await userEvent.type(screen.getByRole('textbox', { name: 'RETRIES' }), 'many');
	await userEvent.click(screen.getByText('3 optional settings'));
	expect(screen.getByText('3 optional settings').closest('details')?.open).toBe(false);
	await submit();
	expect(screen.getByText('3 optional settings').closest('details')?.open).toBe(true);
	expect(screen.getByRole('link', { name: /^RETRIES/ })).toBeTruthy();
});

test('a stored value that does not fit any more is not folded away, and says so at once', async () => {
	show({ known: { ...installed, plain: { ...installed.plain, RETRIES: 'many' } } });
	expect(screen.getByText('2 optional settings').closest('details')?.open).toBe(false);
	const control = screen.getByRole('textbox', { name: 'RETRIES' });
	await waitFor(() => expect(control.getAttribute('aria-invalid')).toBe('true'));
});

test('a stored secret has no input at all, and a form nobody edited sends nothing', async () => {
	const { submit, results } = show({ known: installed });
	expect(screen.getByText(/Set by Ana, 3 Apr 2026/)).toBeTruthy();
	expect(document.querySelector('input[type=password]')).toBeNull();
	await submit();
	expect(results).toEqual([{ answers: { plain: {}, secrets: {} }, discard: [] }]);
});

test('replacing a secret can be taken back, and what was typed meanwhile goes nowhere', async () => {
	const { submit, results } = show({ known: installed });
	await userEvent.click(screen.getByRole('button', { name: 'Replace API_KEY' }));
	await userEvent.type(screen.getByLabelText('API_KEY'), 'second thoughts');
	await userEvent.click(screen.getByRole('button', { name: 'Keep current API_KEY' }));
	await submit();
	expect(results[0]?.answers.secrets).toEqual({});
	await userEvent.click(screen.getByRole('button', { name: 'Replace API_KEY' }));
	expect(screen.getByLabelText('API_KEY')).toHaveProperty('value', '');
	await userEvent.type(screen.getByLabelText('API_KEY'), 'the new one');
	await submit();
	expect(results[1]?.answers.secrets).toEqual({ API_KEY: 'the new one' });
});

test('a replaced secret that stays empty is missing, not kept', async () => {
	const { submit, results } = show({ known: installed });
	await userEvent.click(screen.getByRole('button', { name: 'Replace API_KEY' }));
	await submit();
	expect(results).toEqual([]);
	expect(screen.getByText('1 answer needs attention')).toBeTruthy();
});

test('an optional secret can be removed, and is named for it', async () => {
	const optional = [variable({ key: 'TOKEN', type: 'secret', storage: 'vault' })];
	const secrets = { TOKEN: { state: 'set', setBy: null, setAt: null } } as const;
	const { submit, results } = show({ contract: optional, known: { ...installed, plain: {}, secrets } });
	await openOptional();
	await userEvent.click(screen.getByRole('button', { name: 'Remove TOKEN' }));
	await submit();
	expect(results).toEqual([{ answers: { plain: {}, secrets: {} }, discard: ['TOKEN'] }]);
});

test('an optional secret whose stored value is of no use goes when it is left empty', async () => {
	const optional = [variable({ key: 'TOKEN', type: 'secret', storage: 'vault' })];
	const secrets = { TOKEN: { state: 'needs-re-entry', setBy: null, setAt: null } } as const;
	const { submit, results } = show({ contract: optional, known: { ...installed, plain: {}, secrets } });
	await openOptional();
	expect(screen.getByText(/leave it empty to go without/)).toBeTruthy();
	await submit();
	expect(results).toEqual([{ answers: { plain: {}, secrets: {} }, discard: ['TOKEN'] }]);
});

test('a number that is kept secret is checked like any number, and the sentence does not repeat it', async () => {
	const { submit, results } = show({
		contract: [variable({ key: 'LIMIT', type: 'number', storage: 'vault', required: true })],
	});
	await userEvent.type(screen.getByLabelText('LIMIT'), 'hunter-many');
	await submit();
	expect(results).toEqual([]);
	expect(screen.getAllByText(/LIMIT must be a number/)).toHaveLength(2);
	expect(document.body.textContent).not.toContain('hunter-many');
	await userEvent.clear(screen.getByLabelText('LIMIT'));
	await userEvent.type(screen.getByLabelText('LIMIT'), '42');
	await submit();
	expect(results).toEqual([{ answers: { plain: {}, secrets: { LIMIT: '42' } }, discard: [] }]);
});

test('a secret whose stored value cannot be used is asked for again', async () => {
	const secrets = { API_KEY: { state: 'needs-re-entry', setBy: null, setAt: null } } as const;
	const { submit, results } = show({ known: { ...installed, secrets } });
	expect(screen.getByText('Needs re-entry')).toBeTruthy();
	await submit();
	expect(results).toEqual([]);
});

test('a cleared plain value takes the answer back', async () => {
	const { submit, results } = show({ known: installed });
	await openOptional();
	await userEvent.clear(screen.getByLabelText('GREETING'));
	await submit();
	expect(results).toEqual([{ answers: { plain: { GREETING: '' }, secrets: {} }, discard: [] }]);
});

test('a pasted key keeps its line breaks, which a one-line input would drop', async () => {
	const { submit, results } = show();
	const pem = '-----BEGIN PRIVATE KEY-----\nAAAA\nBBBB\n-----END PRIVATE KEY-----\n';
	await userEvent.type(screen.getByLabelText('API_URL'), 'https://api.example');
	await userEvent.click(screen.getByLabelText('API_KEY'));
	await userEvent.paste(pem);
	await submit();
	expect(results[0]?.answers.secrets).toEqual({ API_KEY: pem });
});

test('quotes around a pasted secret are pointed out and removed on request only', async () => {
	const { submit, results } = show();
	await userEvent.type(screen.getByLabelText('API_URL'), 'https://api.example');
	await userEvent.click(screen.getByLabelText('API_KEY'));
	await userEvent.paste('"abc-123-def"');
	await submit();
	expect(results[0]?.answers.secrets).toEqual({ API_KEY: '"abc-123-def"' });
	await userEvent.click(screen.getByRole('button', { name: 'Correct it' }));
	await submit();
	expect(results[1]?.answers.secrets).toEqual({ API_KEY: 'abc-123-def' });
});

test('an address with a password in it is offered storage as a secret', async () => {
	const { submit, results } = show();
	await userEvent.type(screen.getByLabelText('API_KEY'), 's3cret-value');
	await userEvent.type(screen.getByLabelText('API_URL'), 'https://me:hunter2@api.example');
	await userEvent.click(screen.getByRole('button', { name: 'Store as a secret' }));
	await submit();
	expect(results[0]?.answers).toEqual({
		plain: {},
		secrets: { API_URL: 'https://me:hunter2@api.example', API_KEY: 's3cret-value' },
	});
});

test('a plain key that was stored as a secret earlier is kept like one and never shown', async () => {
	const secrets = { ...installed.secrets, API_URL: { state: 'set', setBy: null, setAt: null } } as const;
	const { submit, results } = show({ known: { ...installed, plain: {}, secrets } });
	expect(screen.getAllByText('Set · kept')).toHaveLength(2);
	await submit();
	await userEvent.click(screen.getByRole('button', { name: 'Replace API_URL' }));
	await userEvent.type(screen.getByLabelText('API_URL'), 'https://me:other@api.example');
	await submit();
	expect(results.map(({ answers }) => answers)).toEqual([
		{ plain: {}, secrets: {} },
		{ plain: {}, secrets: { API_URL: 'https://me:other@api.example' } },
	]);
});

test('a draft brings plain values back after a reload and never a secret or a credential', async () => {
	const first = show({ draftKey: 'install:pack' });
	await userEvent.type(screen.getByLabelText('API_KEY'), 'planted-secret');
	await userEvent.type(screen.getByLabelText('API_URL'), 'https://me:hunter2@api.example');
	await openOptional();
	await userEvent.type(screen.getByLabelText('GREETING'), 'Good morning');
	expect(screen.getByText('Draft saved, except 1 secret.')).toBeTruthy();
	const stored = JSON.stringify({ ...sessionStorage });
	expect(stored).toContain('Good morning');
	expect(stored).not.toContain('planted-secret');
	expect(stored).not.toContain('hunter2');
	first.unmount();

	show({ draftKey: 'install:pack' });
	await openOptional();
	expect(screen.getByLabelText('GREETING')).toHaveProperty('value', 'Good morning');
	expect(screen.getByLabelText('API_KEY')).toHaveProperty('value', '');
	await userEvent.click(screen.getByRole('button', { name: 'Discard' }));
	expect(screen.getByLabelText('GREETING')).toHaveProperty('value', '');
	expect(sessionStorage).toHaveLength(0);
});

test('only the questions of an upgrade are shown, checked and sent', async () => {
	const { submit, results } = show({ known: installed, only: new Set(['RETRIES']) });
	expect(screen.queryByLabelText('API_URL')).toBeNull();
	await submit();
	expect(results).toEqual([{ answers: { plain: {}, secrets: {} }, discard: [] }]);
});

test('a secret the next version declares as plain is asked for again, never carried', async () => {
	const exposed = [variable({ key: 'API_KEY', type: 'string', required: true })];
	const { submit, results } = show({ contract: exposed, known: installed, reask: new Set(['API_KEY']) });
	await submit();
	expect(results).toEqual([]);
	await userEvent.type(screen.getByLabelText('API_KEY'), 'public-now');
	await submit();
	expect(results).toEqual([{ answers: { plain: { API_KEY: 'public-now' }, secrets: {} }, discard: [] }]);
});

describe('an address with a password in it', () => {
	const hidden: KnownAnswers = { ...installed, plain: {}, hidden: { API_URL: 'https://[hidden]@api.example' } };

	test('is shown without it and kept as it is', async () => {
		const { submit, results } = show({ known: hidden });
		expect(screen.getByText('https://[hidden]@api.example')).toBeTruthy();
		expect(document.querySelector('input[value*="[hidden]"]')).toBeNull();
		await submit();
		expect(results).toEqual([{ answers: { plain: {}, secrets: {} }, discard: [] }]);
	});

	test('can be replaced, and then stored as a secret', async () => {
		const { submit, results } = show({ known: hidden });
		await userEvent.click(screen.getByRole('button', { name: 'Replace API_URL' }));
		await userEvent.type(screen.getByLabelText('API_URL'), 'https://a:b@api.example');
		await userEvent.click(screen.getByRole('button', { name: 'Store as a secret' }));
		await submit();
		expect(results).toEqual([{ answers: { plain: {}, secrets: { API_URL: 'https://a:b@api.example' } }, discard: [] }]);
	});

	test('is asked for anew where it does not fit any more', async () => {
		const { submit, results } = show({ known: hidden, reask: new Set(['API_URL']) });
		await submit();
		expect(results).toEqual([]);
		expect(screen.getByLabelText('API_URL')).toHaveProperty('value', '');
	});

	test('goes along unseen when the next version declares it a secret', async () => {
		const secret = [variable({ key: 'API_URL', type: 'url', storage: 'vault', required: true })];
		const { submit, results } = show({ known: hidden, contract: secret });
		await submit();
		expect(results).toEqual([{ answers: { plain: {}, secrets: {} }, discard: [] }]);
	});
});

test('what the server refuses appears at the key and in the summary', async () => {
	show({ known: installed, problems: [{ name: 'API_URL', reason: 'Not reachable from the cluster.' }] });
	expect(await screen.findAllByText(/Not reachable from the cluster/)).toHaveLength(2);
});

test('a filter appears only when there are many settings, and hides what does not match', async () => {
	show();
	expect(screen.queryByLabelText('Filter the settings')).toBeNull();
	cleanup();
	const many = Array.from({ length: 13 }, (_, index) =>
		variable({ key: `KEY_${index}`, type: 'string', required: true }),
	);
	show({ contract: many });
	await userEvent.type(screen.getByLabelText('Filter the settings'), 'key_12');
	const visible = many.filter(({ key }) => !screen.getByLabelText(key).closest('[hidden]'));
	expect(visible.map(({ key }) => key)).toEqual(['KEY_12']);
});

test('editing tells the page that an earlier plan is out of date', async () => {
	const onEdit = vi.fn();
	show({ onEdit });
	await userEvent.type(screen.getByLabelText('API_URL'), 'h');
	expect(onEdit).toHaveBeenCalled();
});

test('looking, leaving a field, submitting and being refused are no edits', async () => {
	const onEdit = vi.fn();
	const { submit } = show({ onEdit, known: installed });
	await userEvent.click(screen.getByLabelText('API_URL'));
	await userEvent.tab();
	await submit();
	cleanup();
	const empty = show({ onEdit });
	await empty.submit();
	expect(onEdit).not.toHaveBeenCalled();
});

test('a value that arrives by paste or correction alone is an edit too; typing in the filter is none', async () => {
	const onEdit = vi.fn();
	const many = Array.from({ length: 13 }, (_, index) =>
		variable({ key: `KEY_${index}`, type: 'string', required: true }),
	);
	show({ onEdit, contract: [...many, variable({ key: 'PEM', type: 'secret', storage: 'vault', required: true })] });
	await userEvent.type(screen.getByLabelText('Filter the settings'), 'pem');
	expect(onEdit).not.toHaveBeenCalled();
	await userEvent.click(screen.getByLabelText('PEM'));
	await userEvent.paste('line 1\nline 2');
	expect(onEdit).toHaveBeenCalled();
});

test('a setting the platform supplies is required and still need not be typed', async () => {
	const { submit, results } = show({
		contract: [variable({ key: 'KHAL_ORG_ID', type: 'string', required: true })],
		known: { plain: {}, hidden: {}, secrets: {}, instanceKeys: ['KHAL_ORG_ID'], packValues: {} },
	});
	expect(within(document.body).getByText('Set for all packs')).toBeTruthy();
	await submit();
	expect(results).toHaveLength(1);
});

function show(props: Partial<EnvFormProps> = {}) {
	const results: EnvFormResult[] = [];
	const view = render(
		<>
			<EnvForm formId="form" contract={contract} onSubmit={(result) => results.push(result)} {...props} />
			<button type="submit" form="form">
				Review plan
			</button>
		</>,
	);
	const submit = () => userEvent.click(screen.getByRole('button', { name: 'Review plan' }));
	return { results, submit, unmount: view.unmount };
}

async function openOptional() {
	await userEvent.click(screen.getByText(/optional setting/));
}

function variable(part: Partial<EnvVar> & Pick<EnvVar, 'key' | 'type'>): EnvVar {
	return { description: '', required: false, default: null, storage: 'config', declaredBy: 'env', ...part };
}
