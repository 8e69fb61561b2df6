import { type Comparison, compare, meanAt, type Study } from './comparison.js';
import { PROBLEM_NAMES } from './labels.js';
import { plain, significant } from './numbers.js';
import { NONE, regimeColumns } from './report-tables.js';
import { oneLine } from './text.js';

/**
 * Two runs side by side in plain text, for a terminal: what differs, how many cells are the same, and a table of the
 * curves.
 *
 * @throws EigenviewError `INVALID_ARGUMENT`
 * @example
 * ```ts
 * console.log(compareText({ record, cells }, { record: other, cells: otherCells }));
 * ```
 */
export function compareText(a: Study, b: Study): string {
  const comparison = compare(a, b);
  const [nameA, nameB] = comparison.names;
  const lines = [`A: ${nameA}`, `B: ${nameB}`, ''];
  if (comparison.differences.length > 0) {
    const rows = comparison.differences.map((row) => [row.name, short(row.a), short(row.b)]);
    lines.push(...columns([['Differs', 'A', 'B'], ...rows], 'lll'), '');
  }
  lines.push(sharedSentence(comparison), verdictSentence(comparison), '', ...curveLines(comparison));
  return `${lines.map((line) => tame(line)).join('\n')}\n`;
}

/** How far the cells that both have agree. */
export function sharedSentence({ cells: { shared, identical, distance, angle } }: Comparison): string {
  if (shared === 0) return 'No cell is in both studies.';
  if (identical === shared) return `${shared} cells are in both studies, all of them identical.`;
  return `${shared} cells are in both studies, ${identical} of them identical; distances differ by up to ${percent(distance)}, angles by up to ${percent(angle)}.`;
}

export function verdictSentence({ verdicts }: Comparison): string {
  if (verdicts.length === 0) return 'No verdict differs.';
  return verdicts.length === 1 ? '1 verdict differs.' : `${verdicts.length} verdicts differ.`;
}

function curveLines({ curves }: Comparison): string[] {
  if (curves.length === 0) return [];
  const { columns: regime, cells } = regimeColumns(curves);
  const head = [...regime.map(({ name }) => name), 'Problem', 'α', 'n', 'distance A', 'B', 'angle A', 'B'];
  const rows = curves.map((pair) => [
    ...cells(pair),
    PROBLEM_NAMES[pair.problem],
    plain(pair.alpha),
    pair.n === null ? NONE : plain(pair.n),
    ...(['distance', 'angle'] as const).flatMap((measure) =>
      [pair.a, pair.b].map((curve) => optional(meanAt(curve, pair.n, measure))),
    ),
  ]);
  return columns([head, ...rows], `${'r'.repeat(regime.length)}lrrrrrr`);
}

export function optional(value: number | undefined): string {
  return value === undefined ? NONE : significant(value);
}

/** Pads to columns, `l` to the left, `r` to the right. */
function columns(rows: string[][], alignment: string): string[] {
  const widths = [...alignment].map((_, i) => Math.max(...rows.map((row) => [...(row[i] ?? '')].length)));
  return rows.map((row) =>
    row
      .map((cell, i) => {
        const padding = ' '.repeat((widths[i] as number) - [...cell].length);
        return alignment[i] === 'l' ? cell + padding : padding + cell;
      })
      .join('  ')
      .trimEnd(),
  );
}

function short(value: string): string {
  const chars = [...oneLine(value)];
  return chars.length > 40 ? `${chars.slice(0, 39).join('')}…` : chars.join('');
}

function percent(fraction: number): string {
  return `${significant(100 * fraction)} %`;
}

/** A name with control characters cannot steer the terminal. */
function tame(line: string): string {
  return line.replace(/\p{Cc}/gu, '\u{fffd}');
}
