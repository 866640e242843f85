import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import type { Target, TargetProblems } from './install-target';

type TargetFieldsProps = {
	target: Target;
	problems: TargetProblems;
	onChange: (target: Target) => void;
	onLeave: () => void;
};

/** Namespace and release name: suggested, changeable, checked as Kubernetes and Helm would. */
export function TargetFields({ target, problems, onChange, onLeave }: TargetFieldsProps) {
	const text = {
		autoComplete: 'off',
		autoCapitalize: 'none',
		spellCheck: false,
		className: 'font-mono',
		onBlur: onLeave,
	};
	return (
		<>
			<Field id="target-namespace" label="Namespace" error={problems.namespace}>
				{(control) => (
					<Input
						{...control}
						{...text}
						value={target.namespace}
						onChange={(event) => onChange({ ...target, namespace: event.target.value })}
					/>
				)}
			</Field>
			<Field id="target-release" label="Release name" error={problems.release}>
				{(control) => (
					<Input
						{...control}
						{...text}
						value={target.release}
						onChange={(event) => onChange({ ...target, release: event.target.value })}
					/>
				)}
			</Field>
		</>
	);
}
