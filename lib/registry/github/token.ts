import { isAppError } from '@/lib/core';
import type { SourceState } from '../source';
import type { GithubClient } from './client';

/** What is wrong with a token of GitHub, and what to do about it; the shape of a finding of the doctor. */
type TokenTrouble = { result: 'warn' | 'fail'; detail: string; nextStep: string; code: string | null };

const DAY = 86_400_000;
const SOON_DAYS = 14;
/** Each of them includes reading (GitHub docs, "Scopes for OAuth apps"). */
const READING = ['read:packages', 'write:packages', 'delete:packages'];

/** Ask GitHub about the token itself, whatever else the source asks GitHub for. Null when nothing is known against it. */
export async function examineToken(
	github: GithubClient,
	{ now, signal }: { now: Date; signal?: AbortSignal | undefined },
): Promise<TokenTrouble | null> {
	try {
		await github.introduce(signal);
	} catch (error) {
		if (isAppError(error) && error.details.status === 401) return unknownToken;
		// A mirror may have no such API, and no way to it; then the registry is who judges the token.
		if (!isAppError(error) || error.code === 'cancelled') throw error;
		return null;
	}
	return scopeTrouble(github.tokenFacts()) ?? endOfToken(github.tokenFacts(), now);
}

/** A token that ends soon fails suddenly as 403 (facts/registries.md section 7, 7); GitHub tells when. */
export function endOfToken(facts: SourceState['token'], now: Date): TokenTrouble | null {
	const expiresAt = facts?.expiresAt ?? null;
	if (expiresAt === null) return null;
	const left = Date.parse(expiresAt) - now.getTime();
	if (Math.floor(left / DAY) > SOON_DAYS) return null;
	const day = expiresAt.slice(0, 10);
	const nextStep = 'Make a new token in GitHub and store it here';
	if (left <= 0) return { result: 'warn', detail: `The token ended on ${day}.`, nextStep: `${nextStep}.`, code: null };
	return { result: 'warn', detail: `The token ends on ${day}.`, nextStep: `${nextStep} before that day.`, code: null };
}

/** Only classic tokens have scopes; of others GitHub tells none, and lists no packages either. */
export function scopeTrouble(facts: SourceState['token']): TokenTrouble | null {
	const scopes = facts?.scopes ?? null;
	if (scopes === null || scopes.some((scope) => READING.includes(scope))) return null;
	const has =
		scopes.length === 0 ? 'no scopes' : `the ${scopes.length === 1 ? 'scope' : 'scopes'} ${scopes.join(', ')}`;
	return {
		result: 'warn',
		detail: `The token has ${has}; reading packages needs read:packages.`,
		nextStep: 'Add the scope read:packages to the token in GitHub, or make a new one with it and store it here.',
		code: null,
	};
}

const unknownToken: TokenTrouble = {
	result: 'fail',
	detail: 'GitHub does not take the token: it has expired, or was revoked.',
	nextStep: 'Make a new classic token with the scope read:packages in GitHub and store it here.',
	code: '401',
};
