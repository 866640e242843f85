import { gunzipSync } from 'node:zlib';
import { parse } from 'yaml';
import { z } from 'zod';
import type { ChartPayload } from '@/lib/contracts/runner';
import { AppError } from '@/lib/core';
import { sha256 } from '@/lib/digest';

const MAX_ARCHIVE = 20 * 1024 * 1024;
const MAX_UNPACKED = 200 * 1024 * 1024;
const ChartYaml = z.looseObject({ name: z.string(), version: z.coerce.string() });

/**
 * The bytes of the chart, proven to be the reviewed ones: sha256, then name and version inside. Throws
 * `integrity_mismatch` when any differs, `too_large` over 20 MiB packed or 200 MiB unpacked.
 */
export function openChart(payload: ChartPayload): Buffer {
	const bytes = Buffer.from(payload.archive, 'base64');
	if (bytes.length > MAX_ARCHIVE) throw new AppError('too_large', 'The chart is larger than 20 MiB.');
	const actual = sha256(bytes);
	if (actual !== payload.digest) {
		throw new AppError('integrity_mismatch', 'The chart that arrived is not the one that was reviewed.', {
			hint: 'Its content changed on the way or in the store. Fetch the version again and review it.',
			details: { expected: payload.digest, actual },
		});
	}
	const chart = readChartYaml(bytes);
	if (chart.name !== payload.name || chart.version !== payload.version) {
		throw new AppError(
			'integrity_mismatch',
			`The archive holds ${chart.name} ${chart.version}, not ${payload.name} ${payload.version}.`,
			{ hint: 'The publisher pushed another chart under this name. Do not install it before asking them.' },
		);
	}
	return bytes;
}

function readChartYaml(archive: Buffer): z.infer<typeof ChartYaml> {
	let tar: Buffer;
	try {
		// Bounded: a few kilobytes of gzip can unpack to gigabytes.
		tar = gunzipSync(archive, { maxOutputLength: MAX_UNPACKED });
	} catch (cause) {
		const tooLarge = cause instanceof RangeError;
		throw new AppError(
			tooLarge ? 'too_large' : 'integrity_mismatch',
			tooLarge ? 'The chart unpacks to more than 200 MiB.' : 'The chart is not a gzip archive.',
			{ cause },
		);
	}
	const text = findMember(tar, /^(\.\/)?[^/]+\/Chart\.yaml$/);
	if (text === null) throw new AppError('integrity_mismatch', 'The archive holds no Chart.yaml.');
	const parsed = ChartYaml.safeParse(parse(text, { schema: 'failsafe' }));
	if (!parsed.success)
		throw new AppError('integrity_mismatch', 'The Chart.yaml of the archive has no name or version.');
	return parsed.data;
}

/** ustar: 512-byte headers, name at 0, octal size at 124. Only ordinary files count. */
function findMember(tar: Buffer, name: RegExp): string | null {
	for (let offset = 0; offset + 512 <= tar.length; ) {
		const member = tar.toString('utf8', offset, offset + 100).replace(/\0.*$/s, '');
		const size = Number.parseInt(tar.toString('latin1', offset + 124, offset + 136), 8);
		const type = tar.toString('latin1', offset + 156, offset + 157);
		if (member === '' || Number.isNaN(size)) return null;
		if (name.test(member) && (type === '0' || type === '\0')) {
			return tar.toString('utf8', offset + 512, offset + 512 + size);
		}
		offset += 512 + Math.ceil(size / 512) * 512;
	}
	return null;
}
