import { assertNever } from '@/lib/core';
import type { ContractChange } from './change';
import type { KnownPermission } from './permissions';

export const permissionsInPortuguese: Record<KnownPermission, string> = {
	'nats:publish': 'Pode enviar mensagens a outros serviços.',
	'nats:subscribe': 'Pode receber mensagens de outros serviços.',
	'files:read': 'Pode ler arquivos.',
	'files:write': 'Pode criar, alterar e apagar arquivos.',
	'pty:spawn': 'Pode abrir um terminal e executar programas.',
	'http:fetch': 'Pode chamar endereços na rede.',
	'system:clipboard': 'Pode ler e alterar a área de transferência.',
	'system:notifications': 'Pode mostrar notificações.',
};

/** Português do Brasil: as mesmas frases de `changes-en.ts`. */
export function explainInPortuguese(change: ContractChange): string {
	switch (change.kind) {
		case 'added':
			return added(change);
		case 'becomes-question':
			return becomesQuestion(change);
		case 'now-required':
			if (change.gate === 'none')
				return `${change.key} agora é obrigatório; já recebe um valor (${by(change.provider)}).`;
			return `${change.key} era opcional e agora é obrigatório: informe um valor.`;
		case 'now-optional':
			return `${change.key} deixa de ser obrigatório.`;
		case 'removed':
			if (change.hasValue === false) return `${change.key} deixa de ser usado; esta instalação não tem valor para ele.`;
			return `${change.key} deixa de ser usado: escolha se o valor é arquivado ou apagado.`;
		case 'pack-provided':
			if (change.hasValue === false) return `O pack agora define ${change.key} por conta própria.`;
			return `O pack agora define ${change.key} por conta própria: escolha se o seu valor é arquivado ou apagado.`;
		case 'suspected-rename':
			return change.secret
				? `${change.key} parece ter sido renomeado para ${change.to}: confirme, e o segredo é movido sem ser lido, ou diga que são diferentes.`
				: `${change.key} parece ter sido renomeado para ${change.to}: confirme, e o valor é movido, ou diga que são diferentes.`;
		case 'renamed':
			if (change.secret) return `${change.key} agora se chama ${change.to}; o valor é movido sem ser mostrado.`;
			return `${change.key} agora se chama ${change.to}; o valor vai junto.`;
		case 'exposed':
			if (change.hasValue === false)
				return `${change.key} deixa de ser segredo: o que for informado poderá ser lido por todos que veem a configuração.`;
			return `${change.key} deixa de ser segredo e poderá ser lido na configuração. O segredo guardado não é levado junto: informe um valor que possa ser visto e digite a chave para confirmar.`;
		case 'now-secret':
			if (change.hasValue === false) return `${change.key} agora é um segredo.`;
			return `${change.key} agora é um segredo: o valor vai para o cofre e sai das revisões antigas. A auditoria e quem olhou o tinham às claras; considere trocá-lo.`;
		case 'retyped':
			return retyped(change);
		case 'default-changed':
			return defaultChanged(change);
		case 'pack-value-changed':
			return packValueChanged(change);
		case 'permissions-widened':
			return `O pack pede mais permissões: ${change.permissions.map(inWords).join(', ')}.`;
		case 'permissions-narrowed':
			return `O pack deixa de pedir: ${change.permissions.join(', ')}.`;
		case 'sandbox-added':
			return `O pack agora executa um contêiner para cada usuário${change.sudoers ? ', com direitos de administrador dentro dele' : ''}.`;
		case 'sandbox-widened':
			return change.sudoers
				? 'O contêiner de cada usuário agora tem direitos de administrador dentro dele.'
				: 'O contêiner de cada usuário agora monta mais armazenamento.';
		case 'sandbox-removed':
			return 'O pack deixa de executar um contêiner para cada usuário.';
		case 'apps-removed':
			return `Aplicativos somem da área de trabalho: ${change.apps.join(', ')}.`;
		case 'apps-added':
			return `Novos aplicativos aparecem na área de trabalho: ${change.apps.join(', ')}.`;
		case 'backend-added':
			return 'O pack agora executa um serviço no cluster; até aqui tinha apenas um frontend.';
		case 'backend-removed':
			return 'O pack deixa de executar um serviço no cluster; o que está em execução é removido.';
		case 'ports-changed':
			return `O serviço passa a escutar em outras portas: ${ports(change.from)} vira ${ports(change.to)}.`;
		case 'breaking-version':
			return `Pelo número, ${change.to} pode quebrar o que ${change.from} prometia: leia as notas da versão.`;
		case 'notes-say-breaking':
			return 'O autor anuncia uma mudança incompatível que a configuração não mostra: leia as notas da versão.';
		case 'notes-silent':
			return change.gaveNotes
				? `Não mencionado pelo autor: as notas da versão nada dizem sobre ${change.subjects.join(', ')}.`
				: `O autor não publicou notas, mas esta versão quebra: ${change.subjects.join(', ')}.`;
		case 'stepping-stone':
			return change.via === null
				? `A versão ${change.version} só aceita atualização a partir de ${change.minimum}, e nenhuma versão assim é conhecida.`
				: `A versão ${change.via} precisa ser instalada antes: ${change.version} só aceita atualização a partir de ${change.minimum}.`;
		case 'not-comparable':
			return change.side === 'wanted'
				? `A versão ${change.version} não tem manifesto legível; ninguém sabe dizer o que ela muda.`
				: `A versão instalada ${change.version} não tem manifesto legível: tudo o que ${change.toVersion ?? 'a nova versão'} pede conta como novo.`;
		default:
			return assertNever(change);
	}
}

function inWords(permission: string): string {
	const sentence = new Map<string, string>(Object.entries(permissionsInPortuguese)).get(permission);
	return sentence === undefined
		? permission
		: `${permission} (${sentence.charAt(0).toLowerCase()}${sentence.slice(1, -1)})`;
}

function added(change: Extract<ContractChange, { kind: 'added' }>): string {
	const what = change.secret ? 'segredo' : 'valor';
	if (change.gate === 'value-needed') return `${change.key} é um novo ${what} obrigatório: informe um valor.`;
	if (change.provider === 'default' && change.default !== null)
		return `${change.key} é novo e começa com ${quoted(change.default)}.`;
	if (change.provider !== null) return `${change.key} é novo e recebe um valor (${by(change.provider)}).`;
	return `${change.key} é um novo ${what} opcional.`;
}

function becomesQuestion(change: Extract<ContractChange, { kind: 'becomes-question' }>): string {
	if (change.gate === 'value-needed')
		return `${change.key} era definido pelo pack e agora cabe a você: informe um valor.`;
	if (change.provider !== null)
		return `${change.key} deixa de ser definido pelo pack e recebe um valor (${by(change.provider)}).`;
	return `${change.key} deixa de ser definido pelo pack e fica vazio se você não o definir.`;
}

function retyped(change: Extract<ContractChange, { kind: 'retyped' }>): string {
	const { key } = change;
	const to = typeName(change.to);
	switch (change.state) {
		case 'widened':
			return `${key} agora aceita qualquer texto (antes: ${typeName(change.from)}).`;
		case 'valid':
			return `${key} agora precisa ser ${to}; o valor atual já serve.`;
		case 'invalid':
			return `${key} agora precisa ser ${to} e o valor atual não serve: corrija-o.`;
		case 'unset':
			return `${key} agora precisa ser ${to}; nenhum valor está definido.`;
		case 'unknown':
			return `${key} agora precisa ser ${to} (antes: ${typeName(change.from)}): um valor que não servir terá de ser corrigido.`;
		case 'unreadable':
			return `${key} agora precisa ser ${to}. O segredo guardado não pode ser lido para conferir: informe-o de novo.`;
		default:
			return assertNever(change.state);
	}
}

function typeName(type: string): string {
	return typeNames.get(type) ?? type;
}

const typeNames = new Map([
	['string', 'texto'],
	['number', 'um número'],
	['boolean', 'true ou false'],
	['secret', 'um segredo'],
	['url', 'um endereço'],
]);

function defaultChanged(change: Extract<ContractChange, { kind: 'default-changed' }>): string {
	const { key, from, to } = change;
	if (change.secret) return secretDefaultChanged(change);
	if (change.gate === 'value-needed') return `${key} é obrigatório e perde o padrão ${quoted(from)}: informe um valor.`;
	const words =
		from === null
			? `ganha o padrão ${quoted(to)}`
			: to === null
				? `perde o padrão ${quoted(from)}`
				: `muda o padrão de ${quoted(from)} para ${quoted(to)}`;
	if (change.relies === false) return `${key} ${words}; esta instalação tem valor próprio e o mantém.`;
	if (change.gate !== 'offer-old-default') return `${key} ${words}.`;
	if (change.relies === null) return `${key} ${words}; instalações que usam o padrão podem manter o antigo.`;
	return `${key} ${words}, e esta instalação usa o padrão: você pode manter o antigo.`;
}

function secretDefaultChanged({ gate, key, relies }: Extract<ContractChange, { kind: 'default-changed' }>): string {
	if (gate === 'value-needed') return `${key} é obrigatório e perde o padrão publicado: informe um valor.`;
	if (relies === false) return `O padrão publicado de ${key} muda; esta instalação tem valor próprio e o mantém.`;
	if (gate !== 'offer-old-default') return `O padrão publicado de ${key} muda.`;
	if (relies === null) return `O padrão publicado de ${key} muda; instalações que o usam podem manter o antigo.`;
	return `O padrão publicado de ${key} muda, e esta instalação o usa: você pode manter o antigo.`;
}

function packValueChanged(change: Extract<ContractChange, { kind: 'pack-value-changed' }>): string {
	if (change.overridden)
		return `O pack muda o próprio valor de ${change.key}; esta instalação tem outro valor e o mantém.`;
	if (change.action === 'added') return `O pack agora define ${change.key}.`;
	if (change.action === 'removed') return `O pack deixa de definir ${change.key}.`;
	return `O pack define outro valor para ${change.key}.`;
}

function by(provider: 'answer' | 'instance' | 'pack' | 'default' | null): string {
	if (provider === 'answer') return 'o seu valor atual';
	if (provider === 'instance') return 'das configurações da instância';
	return provider === 'pack' ? 'do pack' : 'o padrão';
}

function quoted(text: string | null): string {
	if (text === null) return 'nada';
	return `“${text.length > 60 ? `${text.slice(0, 60)}…` : text}”`;
}

function ports(list: readonly number[]): string {
	return list.length === 0 ? 'nenhuma' : list.join(', ');
}
