import type { Acknowledgement } from '@/lib/contracts/plans';
import type { PreviewResult } from '@/lib/contracts/runner';
import type { PlanFacts } from './schema';

export type Foreign = NonNullable<PlanFacts['foreign']>;

/** Objects of the chart that are in the cluster already and not of this release. null = nobody could look. Pure. */
export function foreignIn(preview: PreviewResult | null): Foreign | null {
	if (preview === null) return null;
	return preview.resources.flatMap(({ kind, name, owner }) =>
		owner === null ? [] : [{ object: `${kind} ${name}`, owner }],
	);
}

/**
 * Taking something over is agreed to object by object. What another release owns is typed: that release loses it, and
 * its next change or removal would act on an object of this one.
 */
export function takeOverItems(foreign: Foreign | null): Acknowledgement[] {
	return (foreign ?? []).map(({ object, owner }) => {
		const ofRelease = owner.startsWith('the release ');
		const loses = ofRelease ? ' That release loses it.' : '';
		return {
			id: `take-over:${object}`,
			sentence: `${object} exists already and belongs to ${owner}. Going on takes it over: this install changes it, and removing this install deletes it.${loses}`,
			typed: ofRelease ? (object.split(' ')[1] ?? object) : null,
		};
	});
}
