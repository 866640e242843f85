import { Button, type ButtonProps } from '@/components/ui/button';

type GuardedButtonProps = Omit<ButtonProps, 'disabledReason'> & {
	/** Id of the sentence that says why this does nothing, when many buttons share one; null = it works. */
	refusedBy: string | null;
};

/** A button whose refusal is explained once for the whole page instead of once beside every button. */
export function GuardedButton({ refusedBy, onClick, ...rest }: GuardedButtonProps) {
	if (refusedBy === null) return <Button {...rest} onClick={onClick} />;
	return <Button {...rest} aria-disabled aria-describedby={refusedBy} />;
}
