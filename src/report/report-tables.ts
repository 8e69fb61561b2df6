/** The tables of a study's report. */
import type { CellCoordinates, FailedCell } from '../study/cell.js';
import { groupBy, regimeKey } from '../study/order.js';
import type { Curve, Regime, Slope, StudyRecord, StudySummary, Verdict } from '../study/summary.js';
import type { Threshold } from '../thresholds/alignment.js';
import { type Column, facts, type Html, html, table, text } from './html.js';
import { PROBLEM_NAMES } from './labels.js';
import { counted, decimals, level, list, measured, plain, seconds, significant } from './numbers.js';
import { distinctRegimes } from './regime.js';

/** Rows beyond this are left to summary.json. */
const MOST_ROWS = 200;
const MOST_FAILURES = 20;
export const NONE = '–';

export const SUPERVISED_ANGLE =
  'The angle of the supervised problem is no evidence: its weights have only the rank of the targets.';

/** Columns that name a regime: noise, and Θ and k where there are several of them. */
export function regimeColumns(regimes: readonly Regime[]): { columns: Column[]; cells(regime: Regime): string[] } {
  const several = (key: 'theta' | 'k') => new Set(regimes.map((regime) => regime[key])).size > 1;
  const shown: { key: keyof Regime; name: string; of: (value: number) => string }[] = [
    { key: 'noise', name: 'Noise ≤', of: level },
    ...(several('theta') ? [{ key: 'theta' as const, name: 'Θ ≤', of: level }] : []),
    ...(several('k') ? [{ key: 'k' as const, name: 'k', of: plain }] : []),
  ];
  return {
    columns: shown.map(({ name }) => ({ name, numeric: true })),
    cells: (regime) => shown.map(({ key, of }) => of(regime[key])),
  };
}

export function agreementTable({ agreement: { clear, close } }: StudySummary): Html {
  const row = (name: string, { agree, disagree, undecided }: typeof clear) => [
    name,
    ...[agree, disagree, undecided].map(String),
  ];
  return table({
    id: 'agreement',
    caption: 'Verdicts, one for each problem, noise level, α and seed.',
    columns: [
      { name: 'Distance of α² from its threshold' },
      ...['agree', 'disagree', 'undecided'].map((name) => ({ name, numeric: true })),
    ],
    rows: [row('more than 30 %: clear', clear), row('within 30 %: too close to call', close)],
  });
}

export function thresholdTable({ thresholds }: StudySummary): Html {
  const { columns, cells } = regimeColumns(thresholds);
  const byRegime = groupBy(thresholds, regimeKey);
  const rows = distinctRegimes(thresholds).flatMap((regime) =>
    (['reconstruction', 'jointEmbedding'] as const).flatMap((method) => {
      const found = (byRegime.get(regimeKey(regime)) ?? []).flatMap((seed) => seed[method] ?? []);
      if (found.length === 0) return [];
      const name = PROBLEM_NAMES[method === 'reconstruction' ? 'reconstruction' : 'joint-embedding'];
      return [[...cells(regime), name, ...thresholdCells(found)]];
    }),
  );
  return table({
    id: 'thresholds',
    caption: 'Thresholds over the seeds. As n → ∞ the signal is recovered exactly where α² is above the threshold.',
    columns: [
      ...columns,
      { name: 'Problem' },
      ...['mean of α²', 'smallest', 'largest', 'α above', 'every α recovers'].map((name) => ({ name, numeric: true })),
    ],
    headers: columns.length + 1,
    rows,
  });
}

function thresholdCells(seeds: readonly Threshold[]): string[] {
  const squares = seeds.map(({ alphaSquared }) => alphaSquared).sort((a, b) => a - b);
  const mean = squares.reduce((sum, square) => sum + square / squares.length, 0);
  const [low, high] = [squares[0] as number, squares.at(-1) as number];
  const needed = [low, high].map((square) => significant(Math.sqrt(Math.max(0, square))));
  const always = seeds.filter((seed) => seed.always).length;
  return [
    ...[mean, low, high].map(significant),
    always === seeds.length ? NONE : [...new Set(needed)].join(' to '),
    `in ${always} of ${counted(seeds.length, 'seed')}`,
  ];
}

export function curveTable({ curves }: StudySummary): Html {
  const { columns, cells } = regimeColumns(curves);
  return table({
    id: 'curves',
    caption: `Curves at their largest n: mean ± standard deviation over the seeds, and the slope of log against log n with its 95 % interval. Supervised learning is expected at −1, an angle that recovers at −0.5.${curves.some(({ problem }) => problem === 'supervised') ? ` ${SUPERVISED_ANGLE}` : ''}`,
    columns: [
      ...columns,
      { name: 'Problem' },
      ...['α', 'n', 'distance', 'slope', 'sine of the angle', 'slope'].map((name) => ({ name, numeric: true })),
    ],
    headers: columns.length + 2,
    rows: curves.map((curve) => [
      ...cells(curve),
      PROBLEM_NAMES[curve.problem],
      plain(curve.alpha),
      ...curveCells(curve),
    ]),
  });
}

function curveCells({ problem, points, slopes }: Curve): string[] {
  const last = points.at(-1);
  if (last === undefined) return [NONE, NONE, NONE, NONE, NONE];
  return [
    plain(last.n),
    measured(last.distance.mean, last.distance.deviation),
    slope(slopes.distance),
    ...(problem === 'supervised'
      ? [NONE, NONE]
      : [measured(last.angle.mean, last.angle.deviation), slope(slopes.angle)]),
  ];
}

export function slope(fit: Slope | null): string {
  return fit === null ? NONE : `${decimals(fit.slope)} [${decimals(fit.low)}, ${decimals(fit.high)}]`;
}

/** Verdicts that need a look: contradictions first, then those too close to call, then those that are undecided. */
export function verdictTable({ verdicts }: StudySummary): Html {
  const contradicts = (verdict: Verdict) => verdict.agrees === false && !verdict.close;
  const undecided = ({ agrees, close }: Verdict) => agrees === null && !close;
  const listed = [contradicts, ({ close }: Verdict) => close, undecided].flatMap((kind) => verdicts.filter(kind));
  if (listed.length === 0) return note('None: every verdict is clear, and none contradicts its prediction.');
  const count = (kind: (verdict: Verdict) => boolean) => listed.filter(kind).length;
  const reason = listed.some(({ agrees }) => agrees === null)
    ? ' Undecided: the angles do not say: too few sizes, or neither falling nor flat.'
    : '';
  const { columns, cells } = regimeColumns(verdicts);
  return table({
    id: 'verdicts',
    caption: `Verdicts that contradict their prediction (${count(contradicts)}), those too close to call (${count(({ close }) => close)}), and others that are undecided (${count(undecided)}).${reason}${left(listed)}`,
    columns: [
      ...columns,
      { name: 'Problem' },
      ...['α', 'seed', 'α²', 'threshold', 'apart'].map((name) => ({ name, numeric: true })),
      ...['predicted', 'observed', 'verdict'].map((name) => ({ name })),
    ],
    headers: columns.length + 3,
    rows: listed
      .slice(0, MOST_ROWS)
      .map((verdict) => [
        ...cells(verdict),
        PROBLEM_NAMES[verdict.problem],
        plain(verdict.alpha),
        String(verdict.seed),
        significant(verdict.alpha ** 2),
        significant(verdict.threshold),
        verdict.margin === null ? '∞' : `${significant(100 * verdict.margin)} %`,
        verdict.predicted,
        verdict.observed,
        verdictWord(verdict),
      ]),
  });
}

function verdictWord({ close, agrees }: Verdict): string {
  const word = agrees === null ? 'undecided' : agrees ? 'agrees' : 'disagrees';
  return close ? `${word}, close` : word;
}

export function failureTable({ failures }: StudySummary): Html {
  if (failures.length === 0) return note('None.');
  const kinds = [...groupBy(failures, ({ error }) => JSON.stringify([error.code, error.message])).values()];
  return table({
    id: 'failures',
    caption: `Cells that could not be computed, counted by code and message; \`--resume\` tries them again.${left(kinds, MOST_FAILURES)}`,
    columns: [{ name: 'First cell' }, { name: 'Cells', numeric: true }, { name: 'Code' }, { name: 'Message' }],
    rows: kinds.slice(0, MOST_FAILURES).map((cells) => {
      const first = cells[0] as FailedCell;
      return [cellName(first), String(cells.length), first.error.code, first.error.message];
    }),
  });
}

function cellName({ problem, noise, theta, k, alpha, n, seed }: CellCoordinates): string {
  return `${PROBLEM_NAMES[problem]}, noise ${level(noise)}, Θ ${level(theta)}, k ${k}, α ${plain(alpha)}, n ${plain(n)}, seed ${seed}`;
}

function left(items: readonly unknown[], most = MOST_ROWS): string {
  const more = items.length - most;
  return more > 0 ? ` The first ${most}; ${more} more are in summary.json.` : '';
}

export function gridFacts(record: StudySummary): Html {
  return facts('What was asked', gridPairs(record));
}

export function gridPairs({ dataset, grid }: StudySummary): [name: string, value: string][] {
  return [
    ['Data set', dataset.name],
    ['Digest of the data', dataset.id],
    ['Rows', dataset.rows === null ? 'as many as asked for' : String(dataset.rows)],
    ['Dimensions', `${dataset.signalDims} of signal, ${dataset.noiseDims} of noise`],
    ['Target', dataset.target],
    ['Problems', grid.problems.map((problem) => PROBLEM_NAMES[problem]).join(', ')],
    ['Noise levels', list(grid.noise, level)],
    ['Θ levels', list(grid.theta, level)],
    ['Encoder dimension k', list(grid.k)],
    ['Alignments α', list(grid.alpha)],
    ['Sample sizes n', list(grid.n)],
    ['Seeds', list(grid.seeds)],
  ];
}

export function provenanceFacts(record: StudyRecord): Html {
  return facts('Where the numbers come from', provenancePairs(record));
}

export function provenancePairs({ provenance }: Pick<StudyRecord, 'provenance'>): [name: string, value: string][] {
  const { version, commit, configHash, backend, blas, kernel, threads, cpu, node, platform } = provenance;
  return [
    ['eigenview', commit === null ? version : `${version}, commit ${commit}`],
    ['Configuration', configHash],
    ['Backend', backend],
    ['BLAS', blas ?? NONE],
    ['Kernel', kernel ?? NONE],
    ['Threads', String(threads)],
    ['Processor', cpu],
    ['Node.js', node],
    ['Platform', platform],
    ['Started', provenance.started],
    ['Ended', provenance.ended],
    ['Duration', seconds(provenance.seconds)],
    ['Cells taken over from earlier runs', String(provenance.reused)],
  ];
}

export function note(words: string): Html {
  return html`<p>${text(words)}</p>\n`;
}
