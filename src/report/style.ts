/** The style of a report: one column, readable from a telephone's width to a large screen's, light, dark and on paper. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #ffffff; --card: #f6f8fa; --ink: #1f2328; --quiet: #57606a; --line: #d0d7de; --accent: #005a8f; --alarm: #a33c00;
}
@media (prefers-color-scheme: dark) {
  :root { --page: #0d1117; --card: #161b22; --ink: #e6edf3; --quiet: #9aa4af; --line: #30363d; --accent: #6cb6ff; --alarm: #ff9f6b; }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--ink); overflow-wrap: break-word;
  font: 1rem/1.55 Inter, system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif;
}
main { max-width: 72rem; margin: 0 auto; padding: 2rem clamp(1rem, 4vw, 2.5rem) 4rem; }
main.wide { max-width: 92rem; }
h1 { font-size: clamp(1.5rem, 1.2rem + 1.4vw, 2.1rem); line-height: 1.2; margin: 0 0 0.4rem; }
h2 { font-size: 1.25rem; line-height: 1.3; margin: 2.8rem 0 0.8rem; }
p { margin: 0 0 0.8rem; max-width: 46rem; }
.kicker { color: var(--quiet); font-size: 0.85rem; margin: 0 0 0.2rem; }
.quiet { color: var(--quiet); }
.alarm { border-left: 4px solid var(--alarm); padding: 0.5rem 0 0.5rem 0.9rem; color: var(--alarm); font-weight: 600; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 17rem), 1fr)); gap: 1rem; margin: 1.4rem 0; padding: 0; list-style: none; }
.cards li { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 1rem 1.1rem; break-inside: avoid; }
.cards .where { color: var(--quiet); font-size: 0.9rem; font-weight: 600; margin: 0 0 0.15rem; }
.cards .prefer { color: var(--accent); font-size: 1.2rem; font-weight: 700; line-height: 1.3; margin: 0 0 0.35rem; }
.cards .words { margin: 0; }
.cards .words + .words { margin-top: 0.5rem; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 34rem), 1fr)); gap: 0 2rem; }
.pair > * { min-width: 0; }
figure { margin: 1rem 0 2rem; break-inside: avoid; }
figure .scroll { border: 1px solid var(--line); border-radius: 8px; background: #ffffff; }
figure svg { display: block; width: 100%; min-width: 40rem; height: auto; max-width: 62rem; margin: 0 auto; }
figure { container-type: inline-size; }
@container (max-width: 40.1rem) {
  figure::before { content: "\u2194 scroll sideways"; display: block; color: var(--quiet); font-size: 0.85rem; margin-bottom: 0.3rem; }
}
figcaption { color: var(--quiet); font-size: 0.9rem; margin-top: 0.5rem; max-width: 46rem; }
.scroll { overflow-x: auto; max-width: 100%; }
.scroll:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
table { border-collapse: collapse; font-size: 0.9rem; line-height: 1.4; margin: 0 0 0.5rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; }
caption, .caption { color: var(--quiet); font-size: 0.9rem; line-height: 1.4; padding: 0 0 0.5rem; margin: 0; max-width: 46rem; }
th, td { text-align: left; padding: 0.34rem 1.1rem 0.34rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; }
tbody th { font-weight: 400; }
.scroll th, .scroll td { white-space: nowrap; }
.number { text-align: right; }
.facts th { color: var(--quiet); min-width: 8rem; }
.facts { margin-bottom: 1.8rem; }
.facts td { overflow-wrap: anywhere; }
@media (prefers-color-scheme: dark) {
  figure .scroll { background: #000000; }
  figure svg { filter: invert(1) hue-rotate(180deg); }
}
@media print {
  :root { color-scheme: light; --page: #ffffff; --card: #ffffff; --ink: #000000; --quiet: #444444; --line: #bbbbbb; --accent: #000000; --alarm: #000000; }
  main, main.wide { max-width: none; padding: 0; }
  .scroll { overflow: visible; }
  .scroll th, .scroll td { white-space: normal; }
  figure .scroll { background: #ffffff; border: 0; }
  figure svg { filter: none; min-width: 0; }
  figure::before { content: none; }
  h2, caption, .caption { break-after: avoid; }
  tr { break-inside: avoid; }
}
`;
