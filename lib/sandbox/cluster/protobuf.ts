import { type JsonObject, parseJson } from './json';
import { timestamp } from './object';

/**
 * Helm writes its release records as `application/vnd.kubernetes.protobuf`. Only the messages it sends are known here,
 * with field numbers from k8s.io/api `generated.proto`. Nothing needs encoding: its `Accept` always lists JSON too.
 */
type Field = { name: string; type: FieldType; list?: true };
type FieldType = 'text' | 'base64' | 'integer' | 'boolean' | 'text-map' | 'base64-map' | 'json' | MessageName;
type MessageName =
	| 'TypeMeta'
	| 'Time'
	| 'ObjectMeta'
	| 'OwnerReference'
	| 'ManagedFields'
	| 'Preconditions'
	| 'Secret'
	| 'ConfigMap'
	| 'DeleteOptions';

const messages: Record<MessageName, Record<number, Field>> = {
	TypeMeta: { 1: { name: 'apiVersion', type: 'text' }, 2: { name: 'kind', type: 'text' } },
	Time: { 1: { name: 'seconds', type: 'integer' } },
	ObjectMeta: {
		1: { name: 'name', type: 'text' },
		2: { name: 'generateName', type: 'text' },
		3: { name: 'namespace', type: 'text' },
		5: { name: 'uid', type: 'text' },
		6: { name: 'resourceVersion', type: 'text' },
		7: { name: 'generation', type: 'integer' },
		8: { name: 'creationTimestamp', type: 'Time' },
		11: { name: 'labels', type: 'text-map' },
		12: { name: 'annotations', type: 'text-map' },
		13: { name: 'ownerReferences', type: 'OwnerReference', list: true },
		14: { name: 'finalizers', type: 'text', list: true },
		17: { name: 'managedFields', type: 'ManagedFields', list: true },
	},
	OwnerReference: {
		1: { name: 'kind', type: 'text' },
		3: { name: 'name', type: 'text' },
		4: { name: 'uid', type: 'text' },
		5: { name: 'apiVersion', type: 'text' },
		6: { name: 'controller', type: 'boolean' },
		7: { name: 'blockOwnerDeletion', type: 'boolean' },
	},
	ManagedFields: {
		1: { name: 'manager', type: 'text' },
		2: { name: 'operation', type: 'text' },
		3: { name: 'apiVersion', type: 'text' },
		4: { name: 'time', type: 'Time' },
		6: { name: 'fieldsType', type: 'text' },
		7: { name: 'fieldsV1', type: 'json' },
	},
	Preconditions: { 1: { name: 'uid', type: 'text' }, 2: { name: 'resourceVersion', type: 'text' } },
	Secret: {
		1: { name: 'metadata', type: 'ObjectMeta' },
		2: { name: 'data', type: 'base64-map' },
		3: { name: 'type', type: 'text' },
		4: { name: 'stringData', type: 'text-map' },
		5: { name: 'immutable', type: 'boolean' },
	},
	ConfigMap: {
		1: { name: 'metadata', type: 'ObjectMeta' },
		2: { name: 'data', type: 'text-map' },
		3: { name: 'binaryData', type: 'base64-map' },
		4: { name: 'immutable', type: 'boolean' },
	},
	DeleteOptions: {
		1: { name: 'gracePeriodSeconds', type: 'integer' },
		2: { name: 'preconditions', type: 'Preconditions' },
		3: { name: 'orphanDependents', type: 'boolean' },
		4: { name: 'propagationPolicy', type: 'text' },
		5: { name: 'dryRun', type: 'text', list: true },
	},
};

const MAGIC = Buffer.from('k8s\0');

/**
 * The object in a Kubernetes protobuf envelope: magic, then `runtime.Unknown { 1: TypeMeta, 2: raw }`.
 * @returns undefined when it is not an envelope or holds a kind not listed above (the server answers 415)
 * @throws {RangeError} when the bytes are cut short
 */
export function decodeProtobuf(body: Buffer): JsonObject | undefined {
	if (!body.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
	let type: JsonObject = {};
	let raw: Buffer = Buffer.alloc(0);
	for (const { number, value } of fieldsOf(body.subarray(MAGIC.length))) {
		if (number === 1 && Buffer.isBuffer(value)) type = decodeMessage(value, 'TypeMeta');
		if (number === 2 && Buffer.isBuffer(value)) raw = value;
	}
	const message = type.kind;
	if (message !== 'Secret' && message !== 'ConfigMap' && message !== 'DeleteOptions') return undefined;
	return { ...type, ...decodeMessage(raw, message) };
}

function decodeMessage(bytes: Buffer, name: MessageName): JsonObject {
	const result: JsonObject = {};
	for (const { number, value } of fieldsOf(bytes)) {
		const field = messages[name][number];
		if (!field) continue;
		if (field.type === 'text-map' || field.type === 'base64-map') {
			const known = result[field.name];
			const entry = decodeEntry(bytesOf(value), field.type === 'text-map' ? 'utf8' : 'base64');
			result[field.name] = { ...(typeof known === 'object' && !Array.isArray(known) ? known : {}), ...entry };
			continue;
		}
		const decoded = decodeValue(value, field.type);
		// Go writes empty strings for unset fields; JSON leaves them out.
		if (decoded === '' || decoded === undefined) continue;
		const list = result[field.name];
		if (field.list) result[field.name] = [...(Array.isArray(list) ? list : []), decoded];
		else result[field.name] = decoded;
	}
	return result;
}

function decodeValue(value: bigint | Buffer, type: Exclude<FieldType, 'text-map' | 'base64-map'>) {
	if (type === 'integer') return Number(BigInt.asIntN(64, numberOf(value)));
	if (type === 'boolean') return numberOf(value) !== 0n;
	const bytes = bytesOf(value);
	if (type === 'text') return bytes.toString('utf8');
	if (type === 'base64') return bytes.toString('base64');
	// FieldsV1 is a message whose only field holds JSON.
	if (type === 'json') return parseJson(firstBytesOf(bytes).toString('utf8'));
	const message = decodeMessage(bytes, type);
	if (type !== 'Time') return message;
	return typeof message.seconds === 'number' ? timestamp(message.seconds * 1000) : undefined;
}

/** Protobuf maps are lists of entries: 1 is the key, 2 the value, either may be missing when empty. */
function decodeEntry(bytes: Buffer, encoding: 'utf8' | 'base64'): JsonObject {
	let key = '';
	let text = '';
	for (const { number, value } of fieldsOf(bytes)) {
		if (number === 1) key = bytesOf(value).toString('utf8');
		if (number === 2) text = bytesOf(value).toString(encoding);
	}
	return { [key]: text };
}

function firstBytesOf(bytes: Buffer): Buffer {
	for (const { value } of fieldsOf(bytes)) return bytesOf(value);
	return Buffer.from('{}');
}

/** The wire format (protobuf.dev/programming-guides/encoding): varints are 0, length-delimited 2, fixed sizes 1 and 5. */
function* fieldsOf(bytes: Buffer): Generator<{ number: number; value: bigint | Buffer }> {
	let position = 0;
	function varint(): bigint {
		let result = 0n;
		for (let shift = 0n; ; shift += 7n) {
			const byte = bytes.readUInt8(position++);
			result |= BigInt(byte & 0x7f) << shift;
			if (byte < 0x80) return result;
		}
	}
	while (position < bytes.length) {
		const tag = Number(varint());
		const number = tag >> 3;
		const wire = tag & 7;
		if (wire === 0) yield { number, value: varint() };
		else if (wire === 2) {
			const end = Number(varint()) + position;
			if (end > bytes.length) throw new RangeError('protobuf message is cut short');
			yield { number, value: bytes.subarray(position, end) };
			position = end;
		} else if (wire === 1) position += 8;
		else if (wire === 5) position += 4;
		else throw new RangeError(`protobuf wire type ${wire}`);
	}
}

function bytesOf(value: bigint | Buffer): Buffer {
	if (Buffer.isBuffer(value)) return value;
	throw new RangeError('protobuf: a number where bytes were expected');
}

function numberOf(value: bigint | Buffer): bigint {
	if (typeof value === 'bigint') return value;
	throw new RangeError('protobuf: bytes where a number was expected');
}
