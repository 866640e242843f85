import { PageHeader } from '@/components/ui/page-header';
import { SettingsNav } from './settings-nav';
import { SourceList } from './source-list';

/** Where packs come from and whether that works. */
export function SettingsPage() {
	return (
		<>
			<PageHeader title="Settings" description="Where packs come from, and how well that works." />
			<SettingsNav />
			<SourceList />
		</>
	);
}
