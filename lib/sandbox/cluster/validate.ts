import { textAt } from '@/lib/core';
import { frozenParts } from './immutable';
import { isObject, type JsonObject, objectAt, objectsAt, sameJson, textsAt } from './json';
import type { Kind } from './kinds';
import type { KubeObject } from './object';
import { type Cause, invalid } from './status-error';

/** Decoded bytes; the real limit of both kinds (apimachinery `MaxSecretSize`, and etcd's own). */
const MAX_DATA_BYTES = 1_048_576;

/**
 * The mistakes real charts make, refused in the API server's words.
 * @throws {StatusError} 422 listing every cause
 */
export function validate(kind: Kind, object: KubeObject, old: KubeObject | undefined): void {
	const causes = [
		...metadataCauses(object),
		...(kind.custom ? [] : (checksByKind[object.kind]?.(object) ?? [])),
		...(old && !kind.custom ? changeCauses(object, old) : []),
	];
	if (causes.length > 0) throw invalid(kind, object.metadata.name, causes);
}

type Check = (object: KubeObject) => Cause[];

const checksByKind: Record<string, Check> = {
	Deployment: workloadCauses,
	StatefulSet: workloadCauses,
	DaemonSet: workloadCauses,
	ReplicaSet: workloadCauses,
	Job: jobCauses,
	Pod: ({ spec }) => podCauses(spec, 'spec'),
	Secret: (object) => dataCauses(object, 'base64'),
	ConfigMap: (object) => dataCauses(object, 'utf8'),
};

function metadataCauses({ metadata }: KubeObject): Cause[] {
	const rule = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.'";
	const bad = Object.values(metadata.labels ?? {}).filter(
		(value) => value.length > 63 || !/^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/.test(value),
	);
	return bad.map((value) => wrong('metadata.labels', `${JSON.stringify(value)}: ${rule}`));
}

function workloadCauses({ spec }: KubeObject): Cause[] {
	const causes = podCauses(objectAt(spec, 'template', 'spec'), 'spec.template.spec', spec);
	if (!objectAt(spec, 'selector')) return [required('spec.selector'), ...causes];
	const labels = textsAt(spec, 'template', 'metadata', 'labels');
	const wanted = Object.entries(textsAt(spec, 'selector', 'matchLabels'));
	if (wanted.every(([key, value]) => labels[key] === value)) return causes;
	const why = `${JSON.stringify(labels)}: \`selector\` does not match template \`labels\``;
	return [...causes, wrong('spec.template.metadata.labels', why)];
}

function jobCauses({ spec }: KubeObject): Cause[] {
	const causes = podCauses(objectAt(spec, 'template', 'spec'), 'spec.template.spec');
	if (textAt(spec, 'template', 'spec', 'restartPolicy') !== 'Always') return causes;
	const why = 'Required value: valid values: "OnFailure", "Never"';
	return [...causes, { field: 'spec.template.spec.restartPolicy', message: why, reason: 'FieldValueRequired' }];
}

function podCauses(spec: JsonObject | undefined, at: string, owner?: JsonObject): Cause[] {
	const containers = objectsAt(spec, 'containers');
	if (containers.length === 0) return [required(`${at}.containers`)];
	const volumes = new Set(objectsAt(spec, 'volumes').map((volume) => textAt(volume, 'name')));
	for (const claim of objectsAt(owner, 'volumeClaimTemplates')) volumes.add(textAt(claim, 'metadata', 'name'));
	return containers.flatMap((container, index) => {
		const path = `${at}.containers[${index}]`;
		const isRepeated = containers.findIndex((other) => other.name === container.name) < index;
		const mounts = objectsAt(container, 'volumeMounts').map((mount) => textAt(mount, 'name'));
		return [
			...(textAt(container, 'name') ? [] : [required(`${path}.name`)]),
			...(textAt(container, 'image') ? [] : [required(`${path}.image`)]),
			...(isRepeated ? [wrong(`${path}.name`, JSON.stringify(container.name), 'Duplicate')] : []),
			...mounts.flatMap((name, mount) =>
				volumes.has(name) ? [] : [wrong(`${path}.volumeMounts[${mount}].name`, JSON.stringify(name), 'NotFound')],
			),
		];
	});
}

function dataCauses(object: KubeObject, encoding: 'base64' | 'utf8'): Cause[] {
	const causes: Cause[] = [];
	let bytes = 0;
	for (const [key, value] of [
		...Object.entries(dataOf(object, 'data')),
		...Object.entries(dataOf(object, 'binaryData')),
	]) {
		if (!/^[-._a-zA-Z0-9]+$/.test(key)) {
			const rule = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'";
			causes.push(wrong(`data[${key}]`, `"${key}": ${rule}`));
		}
		if (typeof value !== 'string') causes.push(wrong(`data[${key}]`, 'must be a string'));
		else if (encoding === 'base64' && !/^[A-Za-z0-9+/]*={0,2}$/.test(value)) {
			causes.push(wrong(`data[${key}]`, 'illegal base64 data'));
		} else bytes += Buffer.byteLength(value, encoding);
	}
	if (bytes > MAX_DATA_BYTES) causes.push(wrong('data', `may not be more than ${MAX_DATA_BYTES} bytes`, 'TooLong'));
	return causes;
}

function dataOf(object: KubeObject, field: 'data' | 'binaryData'): JsonObject {
	const data = object[field];
	return isObject(data) ? data : {};
}

function changeCauses(object: KubeObject, old: KubeObject): Cause[] {
	const now = frozenParts(object);
	return frozenParts(old).flatMap(({ field, value, message }, index) => {
		const current = now[index]?.value;
		if (value === undefined || sameJson(current, value)) return [];
		const reason = message ? 'FieldValueForbidden' : 'FieldValueInvalid';
		return [{ field, reason, message: message ?? `Invalid value: ${JSON.stringify(current)}: field is immutable` }];
	});
}

function required(field: string): Cause {
	return { field, message: 'Required value', reason: 'FieldValueRequired' };
}

const titles = { Invalid: 'Invalid value', Duplicate: 'Duplicate value', NotFound: 'Not found', TooLong: 'Too long' };

function wrong(field: string, text: string, type: keyof typeof titles = 'Invalid'): Cause {
	return { field, message: `${titles[type]}: ${text}`, reason: `FieldValue${type}` };
}
