export default function Forbidden() {
	return (
		<main className="mx-auto max-w-xl px-6 py-24">
			<h1 className="text-2xl font-semibold">You may not see this page</h1>
			<p className="mt-3 text-muted">
				Your role does not include it. Ask somebody with a higher role, or go back to what you may see.
			</p>
			<p className="mt-6">
				<a className="text-copper-text underline" href="/">
					Back to the start
				</a>
			</p>
		</main>
	);
}
