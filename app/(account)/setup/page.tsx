import { SetupForm } from '@/app/(account)/screens';

export const metadata = { title: 'Set up' };

export default function SetupPage() {
	return <SetupForm />;
}
