/** What the frame of every page fetches; loaded together, so that nothing of it is loaded twice. */
export { DataProvider } from './data-provider';
export { SandboxLabel } from './sandbox-label';
export { UserMenu } from './user-menu';
