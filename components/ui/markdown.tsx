import ReactMarkdown, { type Components } from 'react-markdown';

/**
 * Text of a publisher: never trusted. No HTML, no images (they would be fetched from elsewhere and tell who looks),
 * links leave without a referrer, headings rank below those of the page. Loaded only where it is shown.
 */
export default function Markdown({ text }: { text: string }) {
	return (
		<div className="grid max-w-prose gap-3 text-sm leading-relaxed [&_code]:rounded [&_code]:bg-raised [&_code]:px-1 [&_code]:py-0.5 [&_li]:my-1 [&_ol]:list-decimal [&_ol]:pl-5 [&_pre]:overflow-x-auto [&_pre]:rounded-control [&_pre]:border [&_pre]:border-line [&_pre]:bg-sunken [&_pre]:p-3 [&_pre_code]:bg-transparent [&_pre_code]:p-0 [&_ul]:list-disc [&_ul]:pl-5">
			<ReactMarkdown skipHtml components={components}>
				{text}
			</ReactMarkdown>
		</div>
	);
}

const components: Components = {
	a: ({ href, children }) =>
		href && /^https?:\/\//.test(href) ? (
			<a
				href={href}
				target="_blank"
				rel="noopener noreferrer"
				className="text-copper-text underline decoration-copper/40 underline-offset-4 hover:decoration-copper"
			>
				{children}
			</a>
		) : (
			<span>{children}</span>
		),
	img: ({ alt }) => <span className="text-muted">[image{alt ? `: ${alt}` : ''}]</span>,
	h1: ({ children }) => <h3 className="mt-2 text-base font-semibold">{children}</h3>,
	h2: ({ children }) => <h3 className="mt-2 text-base font-semibold">{children}</h3>,
	h3: ({ children }) => <h4 className="mt-1 font-semibold">{children}</h4>,
	h4: ({ children }) => <h5 className="mt-1 font-semibold">{children}</h5>,
};
