import type { ServerResponse } from 'node:http';

/** Security headers on `response` where nothing else has set them; returns it. */
export function withSafeHeaders(response: ServerResponse): ServerResponse;
