import { SetupForm } from '@/components/account/setup-form';

export const metadata = { title: 'Set up' };

export default function SetupPage() {
	return <SetupForm />;
}
