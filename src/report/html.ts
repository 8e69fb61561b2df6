/** Pieces of an HTML page. Text is escaped here and nowhere else; `Html` is what has been. */
import { escapeXml, oneLine } from './text.js';

declare const escaped: unique symbol;

/** Markup, as opposed to text. */
export type Html = string & { readonly [escaped]: true };

export function text(value: string): Html {
  return escapeXml(oneLine(value)) as Html;
}

/** Marks a drawing as markup. Its ids get a prefix: two equal drawings may stand on one page. */
export function drawing(svg: string, prefix: string): Html {
  return svg.trim().replace(/( id="|url\(#)(figure-[0-9a-f]{12})/g, `$1${prefix}-$2`) as Html;
}

/** A template of markup: its type admits no text that is not escaped. */
export function html(parts: TemplateStringsArray, ...values: (Html | readonly Html[])[]): Html {
  return parts.reduce((page, part, i) => page + render(values[i - 1]) + part) as Html;
}

export interface Column {
  name: string;
  /** Aligned at the right. */
  numeric?: boolean;
}

export interface Table {
  /** Of the caption; once on a page. */
  id: string;
  caption: string;
  columns: readonly Column[];
  rows: readonly (readonly string[])[];
  /** How many leading columns name their row; 1 when absent. */
  headers?: number;
}

/** A table that scrolls inside itself, by keyboard too, where it is wider than the page; its caption stays in view. */
export function table({ id, caption, columns, rows, headers = 1 }: Table): Html {
  const label = text(id);
  const kind = (i: number) => (columns[i]?.numeric ? (' class="number"' as Html) : ('' as Html));
  const head = columns.map((column, i) => html`<th scope="col"${kind(i)}>${text(column.name)}</th>`);
  const body = rows.map((row) => {
    const cells = row.map((cell, i) =>
      i < headers ? html`<th scope="row"${kind(i)}>${text(cell)}</th>` : html`<td${kind(i)}>${text(cell)}</td>`,
    );
    return html`<tr>${cells}</tr>\n`;
  });
  return html`<p class="caption" id="${label}">${text(caption)}</p>
<div class="scroll" role="region" aria-labelledby="${label}" tabindex="0">
<table aria-labelledby="${label}">
<thead><tr>${head}</tr></thead>
<tbody>
${body}</tbody>
</table>
</div>
`;
}

/** Names and values, one pair a row. */
export function facts(caption: string, pairs: readonly (readonly [name: string, value: string])[]): Html {
  const rows = pairs.map(([name, value]) => html`<tr><th scope="row">${text(name)}</th><td>${text(value)}</td></tr>\n`);
  return html`<table class="facts">
<caption>${text(caption)}</caption>
<tbody>
${rows}</tbody>
</table>
`;
}

/** A drawing at the page's width; on a narrow page it scrolls rather than shrinks to nothing. */
export function figure(svg: string, prefix: string, caption: string): Html {
  return html`<figure>
<div class="scroll" role="region" aria-label="${text(caption)}" tabindex="0">${drawing(svg, prefix)}</div>
<figcaption>${text(caption)}</figcaption>
</figure>
`;
}

function render(value: Html | readonly Html[] | undefined): string {
  return typeof value === 'string' ? value : (value ?? []).join('');
}
