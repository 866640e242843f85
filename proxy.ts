import { randomBytes } from 'node:crypto';
import { type NextRequest, NextResponse } from 'next/server';

/**
 * Runs before every page (Next's former middleware): a fresh nonce, the content security policy, and the path for
 * `requireActor`. It decides nothing about access. API routes set their own headers and stay out of here, because
 * Next buffers (and cuts at 10 MB) every body that passes a proxy.
 */
export const config = { matcher: '/((?!api/|_next/static/|_next/image|favicon.ico|icon.svg).*)' };

export function proxy(request: NextRequest): NextResponse {
	const nonce = randomBytes(16).toString('base64');
	const policy = contentSecurityPolicy(nonce, process.env.NODE_ENV === 'development');
	const headers = new Headers(request.headers);
	headers.set('x-nonce', nonce);
	headers.set('x-packyard-path', request.nextUrl.pathname + request.nextUrl.search);
	// Next reads the nonce for its own scripts from the policy of the request.
	headers.set('content-security-policy', policy);

	const response = NextResponse.next({ request: { headers } });
	response.headers.set('content-security-policy', policy);
	response.headers.set('x-content-type-options', 'nosniff');
	response.headers.set('x-frame-options', 'DENY');
	response.headers.set('referrer-policy', 'same-origin');
	response.headers.set('cross-origin-opener-policy', 'same-origin');
	response.headers.set('permissions-policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()');
	if (isHttps(request)) response.headers.set('strict-transport-security', 'max-age=31536000');
	return response;
}

/** In development React evaluates code and Next injects its overlay's styles. */
function contentSecurityPolicy(nonce: string, development: boolean): string {
	return [
		"default-src 'self'",
		`script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${development ? " 'unsafe-eval'" : ''}`,
		`style-src 'self' ${development ? "'unsafe-inline'" : `'nonce-${nonce}'`}`,
		"img-src 'self' data:",
		"font-src 'self'",
		"connect-src 'self'",
		"object-src 'none'",
		"base-uri 'none'",
		"form-action 'self'",
		"frame-ancestors 'none'",
	].join('; ');
}

function isHttps(request: NextRequest): boolean {
	return request.nextUrl.protocol === 'https:' || request.headers.get('x-forwarded-proto') === 'https';
}
