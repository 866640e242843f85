import {
	type ContractStep,
	diffContract,
	type EnvVar,
	type Manifest,
	parseManifest,
	upgradeMatrix,
} from '@/lib/manifest';
import { backendOf, envVar, manifestOf } from '../support/manifests';

/**
 * `npx tsx test/bench/contract.ts`: the numbers of DESIGN section 9 for the contract engine. Prints, never fails.
 * `processor` is the mean time on the processor: on a busy machine the wall times say more about the neighbours.
 */

const KEYS = 200;
const WARM_UP = 5;
const types = ['string', 'number', 'boolean', 'url', 'secret'] as const;

/**
 * A living contract: in every version about 2 of 200 keys are replaced, renamed, made required or get another default;
 * after 50 versions half of the contract has changed.
 */
function history(versions: number): ContractStep[] {
	let contract: EnvVar[] = Array.from({ length: KEYS }, (_, index) => keyOf(`MODULE_${index}_OPTION`, index));
	return Array.from({ length: versions }, (_, version) => {
		contract = contract.map((variable, index) => changed(variable, index, version));
		return {
			version: `1.${version}.0`,
			manifest: manifestOf(contract, { backend: backendOf({ STATIC: String(version) }) }),
			notes: 'Fixes',
		};
	});
}

function keyOf(key: string, index: number): EnvVar {
	return envVar(key, {
		type: types[index % types.length],
		required: index % 3 === 0,
		description: `Option ${index} of the module`,
	});
}

function changed(variable: EnvVar, index: number, version: number): EnvVar {
	const turn = (index * 31 + version * 17) % 397;
	if (turn === 0) return keyOf(`FRESH_${version}_${index}`, index);
	if (turn === 1) return { ...variable, key: `NEW_${variable.key}` };
	if (turn === 2) return { ...variable, required: !variable.required };
	return turn === 3 ? { ...variable, default: String(version) } : variable;
}

/** Copies, so that nothing kept from an earlier run can help. */
function fresh(steps: readonly ContractStep[]): ContractStep[] {
	return structuredClone([...steps]);
}

function measure(name: string, bar: string, runs: number, prepare: () => () => unknown): void {
	const times: number[] = [];
	let processor = 0;
	// The first runs measure the compiler.
	for (let run = 0; run < WARM_UP; run += 1) prepare()();
	for (let run = 0; run < runs; run += 1) {
		const work = prepare();
		const used = process.cpuUsage();
		const start = performance.now();
		work();
		times.push(performance.now() - start);
		processor += process.cpuUsage(used).user / 1_000;
	}
	times.sort((a, b) => a - b);
	const at = (share: number) =>
		`${(times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0).toFixed(2)} ms`;
	rows.push({
		what: name,
		bar,
		best: at(0),
		median: at(0.5),
		p95: at(0.95),
		processor: `${(processor / runs).toFixed(2)} ms`,
		runs,
	});
}

const rows: {
	what: string;
	bar: string;
	best: string;
	median: string;
	p95: string;
	processor: string;
	runs: number;
}[] = [];

const steps = history(50);
const held = (manifest: Manifest | null | undefined) => ({
	plain: Object.fromEntries(
		(manifest?.contract ?? []).filter(({ storage }) => storage === 'config').map(({ key }) => [key, '1']),
	),
	secretsSet: (manifest?.contract ?? []).filter(({ storage }) => storage === 'vault').map(({ key }) => key),
});
const answers = held(steps[0]?.manifest);

measure('diff, 50 versions × 200 keys, first time', '< 5 ms', 200, () => {
	const copy = fresh(steps);
	return () => diffContract({ steps: copy, answers });
});
measure('diff, 50 versions × 200 keys, again', '< 5 ms', 200, () => () => diffContract({ steps, answers }));

const recent = history(21);
const installs = Array.from({ length: 200 }, (_, index) => ({
	id: `i${index}`,
	version: '1.0.0',
	answers: held(recent[0]?.manifest),
}));
measure('matrix, 200 installs × 20 newer versions', '< 200 ms', 10, () => {
	const copy = fresh(recent);
	return () => upgradeMatrix(installs, copy);
});

const large = JSON.stringify({
	id: 'large',
	version: '1.0.0',
	permissions: [],
	env: Array.from({ length: 500 }, (_, index) => ({
		key: `KEY_${index}`,
		description: 'd'.repeat(450),
		required: true,
		type: 'string',
	})),
});
const fields = JSON.stringify(Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`f${index}`, 1])));
const brackets = '['.repeat(262_000);
for (const [name, text] of [
	['500 keys', large],
	['20,000 unknown fields', fields],
	['262,000 brackets', brackets],
] as const) {
	measure(`parse, ${Math.round(text.length / 1024)} KB, ${name}`, '< 50 ms', 30, () => () => parseManifest(text));
}

console.table(rows);
