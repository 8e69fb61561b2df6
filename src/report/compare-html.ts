import { optional, sharedSentence, verdictSentence } from './compare-text.js';
import { type Comparison, compare, meanAt, type Study } from './comparison.js';
import { drawOne } from './draw-report.js';
import { figure, type Html, html, table, text } from './html.js';
import { PROBLEM_NAMES } from './labels.js';
import { plain } from './numbers.js';
import { page } from './page.js';
import { NONE, note, regimeColumns, slope } from './report-tables.js';

/**
 * Two runs of a study side by side as one self-contained HTML page in the manner of {@link reportHtml}: what differs in
 * what was asked and where it ran, curves, thresholds, verdicts that differ, and both figures.
 *
 * @throws EigenviewError `INVALID_ARGUMENT`, and as {@link studyFigure}
 * @example
 * ```ts
 * const page = await compareHtml({ record, cells }, { record: other, cells: otherCells });
 * ```
 */
export async function compareHtml(a: Study, b: Study): Promise<string> {
  const comparison = compare(a, b);
  const [nameA, nameB] = comparison.names;
  const figures = [await drawOne('figure', a.record, a.cells), await drawOne('figure', b.record, b.cells)];
  const body = [
    html`<header>
<p class="kicker">eigenview · alignment study · comparison</p>
<h1>${text(nameA)} and ${text(nameB)}</h1>
<p class="quiet">A: ${text(nameA)}. B: ${text(nameB)}.</p>
</header>
`,
    note(`${sharedSentence(comparison)} ${verdictSentence(comparison)}`),
    html`<h2>What differs</h2>\n`,
    differences(comparison),
    html`<h2>Figures</h2>
<div class="pair">
${figures.flatMap((svg, i) => (svg === null ? [] : [figure(svg, 'ab'.charAt(i), `${'AB'.charAt(i)}: ${comparison.names[i]}`)]))}</div>
`,
    ...(comparison.curves.length > 0 ? [html`<h2>Curves</h2>\n`, curves(comparison)] : []),
    ...(comparison.thresholds.length > 0 ? [html`<h2>Thresholds</h2>\n`, thresholds(comparison)] : []),
    ...(comparison.verdicts.length > 0 ? [html`<h2>Verdicts that differ</h2>\n`, verdicts(comparison)] : []),
  ];
  return page(`${nameA} and ${nameB}`, body, 'wide');
}

function differences({ differences: rows, same }: Comparison): Html {
  if (rows.length === 0) return note('Nothing: both were asked for the same and ran in the same place.');
  return table({
    id: 'differences',
    caption: `The same in both: ${same.length === 0 ? 'nothing' : same.join(', ')}.`,
    columns: [{ name: 'Setting' }, { name: 'A' }, { name: 'B' }],
    rows: rows.map(({ name, a, b }) => [name, a, b]),
  });
}

function curves({ curves: pairs }: Comparison): Html {
  const { columns, cells } = regimeColumns(pairs);
  return table({
    id: 'curves',
    caption:
      'Means over the seeds at the largest n that both have; slopes of log distance against log n with their 95 % intervals.',
    columns: [
      ...columns,
      { name: 'Problem' },
      ...['α', 'n', 'distance A', 'distance B', 'B / A', 'angle A', 'angle B', 'slope A', 'slope B'].map((name) => ({
        name,
        numeric: true,
      })),
    ],
    headers: columns.length + 2,
    rows: pairs.map((pair) => {
      const [distanceA, distanceB] = [meanAt(pair.a, pair.n, 'distance'), meanAt(pair.b, pair.n, 'distance')];
      return [
        ...cells(pair),
        PROBLEM_NAMES[pair.problem],
        plain(pair.alpha),
        pair.n === null ? NONE : plain(pair.n),
        ...[distanceA, distanceB, ratio(distanceA, distanceB)].map(optional),
        ...[pair.a, pair.b].map((curve) => optional(meanAt(curve, pair.n, 'angle'))),
        ...[pair.a, pair.b].map((curve) => slope(curve?.slopes.distance ?? null)),
      ];
    }),
  });
}

function ratio(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined || a === 0 ? undefined : b / a;
}

function thresholds({ thresholds: pairs }: Comparison): Html {
  const { columns, cells } = regimeColumns(pairs);
  return table({
    id: 'thresholds',
    caption: 'Thresholds on α², means over the seeds of each.',
    columns: [...columns, { name: 'Problem' }, ...['A', 'B', 'B − A'].map((name) => ({ name, numeric: true }))],
    headers: columns.length + 1,
    rows: pairs.map((pair) => [
      ...cells(pair),
      PROBLEM_NAMES[pair.problem],
      optional(pair.a),
      optional(pair.b),
      optional(pair.a === undefined || pair.b === undefined ? undefined : pair.b - pair.a),
    ]),
  });
}

function verdicts({ verdicts: pairs }: Comparison): Html {
  const { columns, cells } = regimeColumns(pairs.map(({ a }) => a));
  return table({
    id: 'verdicts',
    caption: 'The same problem, α and seed, told differently.',
    columns: [
      ...columns,
      { name: 'Problem' },
      { name: 'α', numeric: true },
      { name: 'seed', numeric: true },
      ...['predicted A', 'predicted B', 'observed A', 'observed B'].map((name) => ({ name })),
    ],
    headers: columns.length + 3,
    rows: pairs.map(({ a, b }) => [
      ...cells(a),
      PROBLEM_NAMES[a.problem],
      plain(a.alpha),
      String(a.seed),
      a.predicted,
      b.predicted,
      a.observed,
      b.observed,
    ]),
  });
}
