import type { UseFormRegisterReturn } from 'react-hook-form';
import type { FormField } from '@/lib/manifest';

/** What every control of the form gets, whatever its type. */
export type EnvControlProps = {
	field: FormField;
	id: string;
	input: UseFormRegisterReturn;
	/** Ids of description and error, for `aria-describedby`. */
	describedBy: string | undefined;
	invalid: boolean;
};

/** What the container gets when nothing is typed, as ghost text. */
export function ghostText(field: FormField): string {
	if (field.defaultOrigin === 'instance') return 'Set for all packs';
	if (field.defaultText === null) return '';
	return field.defaultOrigin === 'pack' ? `Given by the pack: ${field.defaultText}` : `Default: ${field.defaultText}`;
}
