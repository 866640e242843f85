// What every answer carries, whoever gives it. Pages and API routes bring stricter or more fitting headers themselves;
// this is for what Next answers on its own: static files, redirects, 404 and 405 of addresses that are no route.

const headers = {
	'x-content-type-options': 'nosniff',
	'x-frame-options': 'DENY',
	'referrer-policy': 'same-origin',
	// No scripts: the only pages that come without a policy of their own are plain error pages.
	'content-security-policy':
		"default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
};

/**
 * Add them to `response` at the moment its head is written, where nothing else has set them.
 * @param {import('node:http').ServerResponse} response
 */
export function withSafeHeaders(response) {
	const writeHead = response.writeHead;
	response.writeHead = (...args) => {
		const own = args.find((argument) => typeof argument === 'object' && argument !== null) ?? {};
		const given = new Set(Object.keys(own).map((name) => name.toLowerCase()));
		for (const [name, value] of Object.entries(headers))
			if (!response.headersSent && !response.hasHeader(name) && !given.has(name)) response.setHeader(name, value);
		return writeHead.apply(response, args);
	};
	return response;
}
