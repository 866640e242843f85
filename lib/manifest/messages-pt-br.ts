import type { Catalogue } from './catalogue';
import { explainInPortuguese, permissionsInPortuguese } from './changes-pt-br';

export const portuguese: Catalogue = {
	change: explainInPortuguese,
	notes: {
		'too-large': () => 'O arquivo tem mais de 256 KB.',
		'too-deep': () => 'O arquivo tem mais de 32 níveis.',
		'not-json': () => 'O arquivo não é um JSON legível.',
		'not-object': () => 'O arquivo é JSON, mas não é um objeto.',
		'list-too-long': (path, detail) =>
			`${path} é longo demais: são lidas no máximo ${detail || 'algumas centenas de'} entradas.`,
		'wrong-type': (path) => `${path} tem a forma errada.`,
		'id-missing': () => 'O manifesto não tem id.',
		'id-invalid': (path, detail) =>
			`${path}${said(detail)} não é um id: use letras minúsculas, dígitos e hifens, no máximo 63.`,
		'version-invalid': (path, detail) => `${path}${said(detail)} não é uma versão semântica como 1.2.3.`,
		'version-missing': (path) => `${path} não existe; vale a versão do chart ou do pacote.`,
		'version-prefixed': (path) => `${path} começa com v, que é ignorado.`,
		'reference-invalid': (path, detail) => `${path}${said(detail)} não é um endereço válido.`,
		'reference-versioned': (path) => `${path} traz uma tag ou digest, que é ignorado: quem decide é a versão do pack.`,
		'env-key-invalid': (path, detail) => `${path}${said(detail)} não serve como chave de ambiente.`,
		'env-key-reserved': (path, detail) =>
			`${path}${said(detail)} é reservado pela plataforma de contêineres e não pode ser definido.`,
		'env-key-duplicate': (path, detail) => `${path}${said(detail)} está declarado duas vezes.`,
		'env-type-unknown': (path, detail) => `${path}${said(detail)} não é um tipo conhecido; pede-se texto.`,
		'env-visibility-unknown': (path, detail) =>
			`${path}${said(detail)} é desconhecido; por segurança o valor é guardado como segredo.`,
		'env-secret-as-config': (path) => `${path} pede que um segredo fique às claras; ele é guardado como segredo.`,
		'env-guessed-secret': (path, detail) =>
			`${path}${said(detail)} não tem tipo e parece um segredo; é guardado como tal.`,
		'env-required-missing': (path) => `${path} não é true nem false.`,
		'value-coerced': (path) => `${path} não é texto; é lido como texto.`,
		'text-shortened': (path) => `${path} é muito longo e foi cortado.`,
		'unknown-field': (path) => `${path} não é um campo que este portal conhece; é ignorado.`,
		'unknown-permission': (path, detail) => `${path}${said(detail)} não está na lista de permissões conhecidas.`,
		'permissions-undeclared': () => 'O pack não declara de quais permissões precisa.',
		'icon-missing': () => 'O pack não tem ícone.',
		'icon-unavailable': (path) => `${path} é uma imagem que só existe dentro do shell do KhalOS.`,
		'path-refused': (path, detail) => `${path}${said(detail)} não é um caminho ou endereço seguro; é ignorado.`,
		'name-missing': () => 'O pack não tem nome; mostra-se o id.',
		'settings-elsewhere': (path) =>
			`${path} aponta para um arquivo fora do manifesto; essas configurações não são perguntadas.`,
		'frontend-ignored': () => 'O pack lista aplicativos; o frontend da raiz é ignorado.',
		'frontend-unreachable': (path) => `${path} é um caminho dentro de um pacote, mas nenhum pacote é indicado.`,
		'services-without-backend': () => 'O pack declara serviços, mas nenhum backend que o Helm possa instalar.',
		'more-notes': () => 'Há mais a dizer sobre este arquivo; mostram-se apenas as primeiras 100 notas.',
	},
	answers: {
		missing: (key) => `${key} é obrigatório: informe um valor.`,
		'not-number': (key) => `${key} precisa ser um número, como 8080 ou 0.5.`,
		'not-boolean': (key) => `${key} precisa ser true ou false.`,
		'not-url': (key) =>
			`${key} precisa ser um endereço completo, com esquema, como https://example.com ou nats://host:4222.`,
		'unknown-key': (key) => `${key} não faz parte do contrato deste pack: remova-o.`,
		'too-long': (key) => `${key} tem mais de 64 KB: encurte-o.`,
		'has-nul': (key) => `${key} contém um caractere NUL, que nenhum ambiente pode levar: remova-o.`,
	},
	pastes: {
		'line-break-at-end': 'Há uma quebra de linha no fim, provavelmente da cópia.',
		'space-around': 'Há espaços antes ou depois do valor.',
		quotes: 'O valor está entre aspas; elas fariam parte do segredo.',
		'key-prefix': 'O valor começa com CHAVE=, como em um arquivo .env.',
		invisible: 'O valor contém caracteres invisíveis.',
		bearer: 'O valor começa com “Bearer ”, que os packs costumam acrescentar sozinhos.',
		placeholder: 'Isto parece um texto de exemplo, não um valor real.',
		'public-key': 'Esta é uma chave pública; provavelmente espera-se a privada.',
	},
	lints: {
		'duplicate-key': (key) => `${key} está declarado duas vezes; só a primeira declaração vale.`,
		'key-differs-by-case': (key) => `${key} difere de outra chave apenas por maiúsculas e minúsculas.`,
		'default-on-secret': (key) => `${key} é um segredo com valor padrão publicado: todos podem lê-lo.`,
		'default-fails-type': (key) => `O valor padrão de ${key} não cabe no próprio tipo.`,
		'default-is-placeholder': (key) => `O valor padrão de ${key} é um texto de exemplo, não um valor.`,
		'credential-in-default': (key) => `O valor padrão de ${key} contém uma credencial, publicada para todos.`,
		'credential-in-pack-value': (key) =>
			`O pack define ${key} com um valor que contém uma credencial, publicada para todos.`,
		'required-with-default': (key) => `${key} é obrigatório e tem padrão, portanto nunca é realmente perguntado.`,
		'secret-as-config': (key) => `${key} é um segredo que pede armazenamento às claras; é guardado como segredo.`,
		'looks-secret': (key) => `${key} está declarado como texto, mas o nome parece o de um segredo.`,
		'guessed-secret': (key) => `${key} não tem tipo e é tratado como segredo por causa do nome.`,
		'url-may-hold-credential': (key) => `${key} é um endereço que costuma conter senha; é guardado às claras.`,
		'no-description': (key) => `${key} não tem descrição: quem instala o pack precisa adivinhar.`,
		'asked-without-words': (key) => `${key} é perguntado por um valor vazio em backend.env, sem tipo nem descrição.`,
		'pack-answers-question': (key) => `${key} é perguntado e definido pelo pack ao mesmo tempo.`,
	},
	reasons: {
		'id-missing': 'O manifesto não tem id.',
		'services-without-backend': 'O pack declara serviços, mas nenhum chart Helm; o Helm não pode instalá-lo.',
		'backend-without-chart': 'O pack tem um backend, mas não indica um chart Helm.',
		'frontend-unreachable': 'O frontend não está em um pacote npm nem em um endereço; não há o que carregar.',
		'bundle-empty': 'Nenhum aplicativo deste conjunto pode ser carregado, e ele não tem chart Helm.',
		'manifest-only': 'O manifesto não descreve frontend nem backend; não há o que instalar.',
	},
	permissions: permissionsInPortuguese,
	unknownPermission: (permission) => `“${permission}” não está na lista conhecida: pergunte ao autor o que permite.`,
	badge: ({ code, count }) => {
		const plural = count === 1 ? '' : 's';
		return {
			breaking: `quebra: ${count}`,
			required: `${count} novo${plural} obrigatório${plural}`,
			review: `${count} a rever`,
			optional: count === 1 ? '1 novo opcional' : `${count} novos opcionais`,
		}[code];
	},
	badgeNone: 'sem mudança de configuração',
	badgeUnknown: 'não dá para comparar',
};

function said(detail: string): string {
	return detail === '' ? '' : ` (“${detail}”)`;
}
