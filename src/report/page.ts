import { type Html, html, text } from './html.js';
import { STYLE } from './style.js';

/** What the page may load: nothing. Drawings carry inline styles. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/** A whole HTML document, complete in itself. */
export function page(title: string, body: readonly Html[], width: 'narrow' | 'wide' = 'narrow'): string {
  const main = width === 'wide' ? (' class="wide"' as Html) : ('' as Html);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY as Html}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${text(title)}</title>
<link rel="icon" href="data:,">
<style>${STYLE as Html}</style>
</head>
<body>
<main${main}>
${body}</main>
</body>
</html>
`;
}
