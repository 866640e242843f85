/** The error document of the distribution spec, section "Error Codes". */
export function ociError(
	status: number,
	code: string,
	message: string,
	headers: Readonly<Record<string, string>> = {},
): Response {
	return Response.json({ errors: [{ code, message }] }, { status, headers: { ...headers } });
}
