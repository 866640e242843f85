import { SignInForm } from '@/app/(account)/screens';

export const metadata = { title: 'Sign in' };

export default async function SignInPage({ searchParams }: { searchParams: Promise<{ next?: string | string[] }> }) {
	const { next } = await searchParams;
	return <SignInForm next={typeof next === 'string' ? next : undefined} />;
}
