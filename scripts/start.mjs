// `npm start` and `npm run dev`: from a fresh clone to a running portal, in words.
import { existsSync, mkdirSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { quietEnv, root, setUp } from './setup.mjs';

const dev = process.argv.includes('--dev');
const started = Date.now();
const SANDBOX = {
	everything: 'example packs and a pretend cluster; nothing leaves this machine',
	packs: 'example packs; the cluster is not, what you install is really installed there',
	cluster: 'a pretend cluster; the packs come from the registries that are set',
};

try {
	process.chdir(root);
	const { helm, helmProblem } = await setUp({ build: !dev });
	Object.assign(process.env, quietEnv, { NODE_ENV: dev ? 'development' : 'production' });
	// Empty when there is none that can be used: a HELM_BIN that is wrong or too old is not tried by the runner either.
	process.env.HELM_BIN = helm?.path ?? '';
	const dataDir = process.env.PACKYARD_DATA_DIR || './data';
	const data = isAbsolute(dataDir) ? dataDir : join(root, dataDir);
	makeFolder(data);
	process.env.PACKYARD_LOG_FILE ||= join(data, 'packyard.log');
	if (!process.env.DATABASE_URL && !existsSync(join(data, 'database'))) console.log('Creating the database (once) …');
	const { serve } = await import('./server.mjs');
	const { url, setupUrl, portNote, sandbox, role } = await serve({ dev });
	const lines = [
		'',
		`  Packyard is running    ${url}`,
		...(portNote === null ? [] : [`                         ${portNote}`]),
		...(setupUrl === null
			? []
			: [`  Create the first owner ${setupUrl}`, '                         (this link works once)']),
		...(role === 'runner' ? [`  Runner only            portals reach it with PACKYARD_RUNNER_URL=${url}`] : []),
		...(role === 'portal' ? [`  Portal only            its runner is ${process.env.PACKYARD_RUNNER_URL}`] : []),
		...(sandbox === null ? [] : [`  Sandbox                ${SANDBOX[sandbox]}`]),
		...(helm === null
			? [`  Helm is missing        ${helmProblem}`]
			: [`  Helm                   ${helm.version} (${helm.source})`]),
		`  Log                    ${process.env.PACKYARD_LOG_FILE}`,
		`  Started in ${((Date.now() - started) / 1000).toFixed(1)} s. Stop with Ctrl+C.`,
		'',
	];
	console.log(lines.join('\n'));
} catch (error) {
	console.error(`\nPackyard could not start.\n${error.message}${error.hint ? `\n${error.hint}` : ''}\n`);
	process.exit(1);
}

function makeFolder(path) {
	try {
		mkdirSync(path, { recursive: true, mode: 0o700 });
	} catch (error) {
		throw new Error(
			`The data folder ${path} cannot be made (${error.message}). Set PACKYARD_DATA_DIR to a folder that can.`,
		);
	}
}
