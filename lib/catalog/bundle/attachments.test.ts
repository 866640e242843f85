import { expect, test } from 'vitest';
import { settleAttachments } from './attachments';

const TYPE = 'application/vnd.khal.pack-manifest.v1+json';
const SIGNATURE = 'application/vnd.dev.sigstore.bundle.v0.3+json';
const manifest = { type: TYPE, text: '{"id":"a"}', title: 'khal-app.json', name: 'manifest-a-1.0.0' };

function attached(type: string, text: string, isNewest = true) {
	const bytes = new Uint8Array(Buffer.from(text));
	const blob = { mediaType: type, digest: '', size: bytes.length, bytes };
	return { mediaType: '', digest: text, size: 0, artifactType: type, bytes: new Uint8Array(), blobs: [blob], isNewest };
}

const names = (kept: ReturnType<typeof settleAttachments>['kept']) =>
	kept.map(({ content, name }) => [content.digest, name]);

test('what the registry has attached stays, under the name of the text it is', () => {
	const { kept, missing } = settleAttachments([attached(SIGNATURE, 's'), attached(TYPE, manifest.text)], [manifest]);

	expect(names(kept)).toEqual([
		['s', null],
		[manifest.text, manifest.name],
	]);
	expect(missing).toEqual([]);
});

test('a text that nothing attached says is missing, and what says something else makes room for it', () => {
	const older = attached(TYPE, manifest.text, false);
	const { kept, missing } = settleAttachments(
		[older, attached(TYPE, '{"id":"b"}'), attached(SIGNATURE, 's')],
		[manifest],
	);

	expect(names(kept)).toEqual([['s', null]]);
	expect(missing).toEqual([manifest]);
});

test('without a text of ours everything stays, older ones too', () => {
	const { kept, missing } = settleAttachments([attached(TYPE, 'old', false), attached(TYPE, 'new')], []);

	expect(names(kept)).toEqual([
		['old', null],
		['new', null],
	]);
	expect(missing).toEqual([]);
});
