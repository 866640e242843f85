import { Search } from 'lucide-react';
import { Input } from '@/components/ui/input';
import { Select } from '@/components/ui/select';
import type { PackSummary } from '@/lib/contracts/packs';
import { isShape, isState, type PackSelection, shapeWords, stateWords } from './pack-filter';

type PackFiltersProps = {
	selection: PackSelection;
	onChange: (change: Partial<PackSelection>) => void;
	packs: readonly PackSummary[];
};

export function PackFilters({ selection, onChange, packs }: PackFiltersProps) {
	const present = new Set(packs.map(({ shape }) => shape));
	return (
		<search className="grid gap-2 sm:grid-cols-[minmax(0,1fr)_12rem_12rem]">
			<span className="relative">
				<Search aria-hidden className="pointer-events-none absolute top-2.5 left-3 size-4 text-muted" />
				<Input
					type="search"
					aria-label="Search packs"
					aria-keyshortcuts="/"
					placeholder="Search by name, description or author"
					value={selection.q}
					onChange={(event) => onChange({ q: event.target.value })}
					className="pl-9"
				/>
			</span>
			<Select
				aria-label="Shape"
				value={selection.shape ?? ''}
				onChange={({ target }) => onChange({ shape: isShape(target.value) ? target.value : null })}
			>
				<option value="">Every shape</option>
				{Object.entries(shapeWords).map(([shape, words]) =>
					isShape(shape) && (present.has(shape) || selection.shape === shape) ? (
						<option key={shape} value={shape}>
							{words}
						</option>
					) : null,
				)}
			</Select>
			<Select
				aria-label="State"
				value={selection.state}
				onChange={({ target }) => onChange({ state: isState(target.value) ? target.value : 'all' })}
			>
				{Object.entries(stateWords).map(([state, words]) => (
					<option key={state} value={state}>
						{words}
					</option>
				))}
			</Select>
		</search>
	);
}
