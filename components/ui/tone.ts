/** One vocabulary of meaning for badges, dots and notes; colour never stands alone, words go with it. */
export type Tone = 'neutral' | 'info' | 'success' | 'warning' | 'danger' | 'accent';

export const toneText: Record<Tone, string> = {
	neutral: 'text-muted',
	info: 'text-info',
	success: 'text-success',
	warning: 'text-warning',
	danger: 'text-danger',
	accent: 'text-copper-text',
};

export const toneSoft: Record<Tone, string> = {
	neutral: 'bg-raised border-line',
	info: 'bg-info-soft border-info/30',
	success: 'bg-success-soft border-success/30',
	warning: 'bg-warning-soft border-warning/30',
	danger: 'bg-danger-soft border-danger/35',
	accent: 'bg-copper-soft border-copper/35',
};

export const toneFill: Record<Tone, string> = {
	neutral: 'bg-faint',
	info: 'bg-info',
	success: 'bg-success',
	warning: 'bg-warning',
	danger: 'bg-danger',
	accent: 'bg-copper',
};
