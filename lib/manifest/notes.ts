import { noteSentence } from './messages';
import type { ManifestNote, ManifestNoteCode } from './schema';

/** A hostile file may earn thousands of notes; people read the first ones. */
const MOST_NOTES = 100;

/** Collects what the reader has to say. Blockers make the pack not installable, warnings do not. */
export class NoteBook {
	readonly warnings: ManifestNote[] = [];
	readonly blockers: ManifestNote[] = [];

	warn(code: ManifestNoteCode, path: string, detail = ''): void {
		add(this.warnings, code, path, detail);
	}

	block(code: ManifestNoteCode, path: string, detail = ''): void {
		add(this.blockers, code, path, detail);
	}
}

function add(list: ManifestNote[], code: ManifestNoteCode, path: string, detail: string): void {
	if (list.length > MOST_NOTES) return;
	const kept = list.length === MOST_NOTES ? 'more-notes' : code;
	const where = kept === code ? shorten(path, 120) : '';
	list.push({ code: kept, path: where, message: noteSentence('en', kept, where, shorten(detail, 80)) });
}

function shorten(text: string, longest: number): string {
	return text.length > longest ? `${text.slice(0, longest)}…` : text;
}
