'use client';

import dynamic from 'next/dynamic';

/**
 * The screens of this part of the portal. Their code is not what a page waits for: the server draws them, the frame answers
 * first, and they follow (docs/decisions/2026-11-21-what-a-page-loads-first.md). In app/ because it names every feature.
 */
export const SetupForm = dynamic(() => import('@/components/account/setup-form').then((part) => part.SetupForm));
export const SignInForm = dynamic(() => import('@/components/account/sign-in-form').then((part) => part.SignInForm));
