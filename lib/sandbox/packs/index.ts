import { analytics } from './analytics';
import { assistant } from './assistant';
import { billing } from './billing';
import { calendar } from './calendar';
import type { PackDefinition } from './definition';
import { files } from './files';
import { ghost } from './ghost';
import { hello } from './hello';
import { mailroom } from './mailroom';
import { scratchpad } from './scratchpad';
import { settings } from './settings';
import { telemetry } from './telemetry';
import { terminal } from './terminal';
import { workbench } from './workbench';

/** The packs the sandbox starts with, one per shape a portal has to cope with. */
export const examplePacks: readonly PackDefinition[] = [
	terminal,
	billing,
	settings,
	hello,
	workbench,
	ghost,
	calendar,
	files,
	telemetry,
	mailroom,
	analytics,
	scratchpad,
	assistant,
];
