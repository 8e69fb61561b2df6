import type { StudyCell } from '../study/cell.js';
import { LEAST_SIZES } from '../study/slope.js';
import type { Advice, Agreement, StudyRecord, StudySummary } from '../study/summary.js';
import { checkStudy } from './comparison.js';
import { drawReport, onlySupervised, type ReportFigures } from './draw-report.js';
import { figure, type Html, html, text } from './html.js';
import { counted, list, plain, seconds } from './numbers.js';
import { page } from './page.js';
import { hasThreshold } from './phase.js';
import { regimeNames } from './regime.js';
import {
  agreementTable,
  curveTable,
  failureTable,
  gridFacts,
  note,
  provenanceFacts,
  SUPERVISED_ANGLE,
  thresholdTable,
  verdictTable,
} from './report-tables.js';

/**
 * A study's report as one HTML page that needs nothing else: no network, no scripts, no fonts. What comes from the data
 * (names, messages) is escaped. The same study gives the same bytes.
 *
 * @param record the content of summary.json
 * @param cells the finished cells, for the figures
 * @param figures when they are drawn already
 * @throws EigenviewError `INVALID_ARGUMENT`, and as {@link studyFigure} and {@link phaseDiagram}
 * @example
 * ```ts
 * const page = await reportHtml(record, cells);
 * ```
 */
export async function reportHtml(
  record: StudyRecord,
  cells: readonly StudyCell[],
  figures?: ReportFigures,
): Promise<string> {
  checkStudy('record, cells', { record, cells });
  const drawn = figures ?? (await drawReport(record, cells));
  const body = [
    heading(record),
    ...warnings(record),
    html`<h2>Verdict</h2>\n`,
    adviceCards(record),
    ...agreement(record),
    ...figureSections(drawn, record),
    ...(record.thresholds.some(hasThreshold) ? [html`<h2>Thresholds</h2>\n`, thresholdTable(record)] : []),
    html`<h2>Curves</h2>\n`,
    record.curves.length > 0 ? curveTable(record) : note('None: no cell could be computed.'),
    ...(record.verdicts.length > 0 ? [html`<h2>Verdicts to look at</h2>\n`, verdictTable(record)] : []),
    html`<h2>Failures</h2>\n`,
    failureTable(record),
    html`<h2>Provenance</h2>\n`,
    gridFacts(record),
    provenanceFacts(record),
    html`<p class="quiet">Every number is in summary.json and cells.csv beside this file.</p>\n`,
  ];
  return page(`Alignment study, ${record.dataset.name}`, body);
}

export function heading({ dataset, grid, cells, provenance }: StudyRecord): Html {
  const [smallest, largest] = [Math.min(...grid.n), Math.max(...grid.n)];
  const sizes =
    grid.n.length === 0
      ? []
      : smallest === largest
        ? [`n = ${plain(largest)}`]
        : [`n = ${plain(smallest)} to ${plain(largest)}`];
  const words = [
    counted(cells.finished, 'cell'),
    counted(grid.seeds.length, 'seed'),
    `α = ${list(grid.alpha)}`,
    ...sizes,
    seconds(provenance.seconds),
    provenance.started.slice(0, 10),
  ];
  return html`<header>
<p class="kicker">eigenview · alignment study</p>
<h1>${text(dataset.name)}</h1>
<p class="quiet">${text(words.join(' · '))}</p>
</header>
`;
}

function warnings({ cells: { total, finished, failed } }: StudyRecord): Html[] {
  const missing = total - finished - failed;
  const words = [
    ...(failed > 0 ? [`${failed} of ${total} cells failed.`] : []),
    ...(missing > 0 ? [`${missing} of ${total} cells are still to be computed.`] : []),
  ];
  return words.length === 0 ? [] : [html`<p class="alarm">${text(words.join(' '))}</p>\n`];
}

const PREFERENCES: Record<NonNullable<Advice['prefer']>, string> = {
  reconstruction: 'Prefer reconstruction',
  'joint-embedding': 'Prefer joint embedding',
  either: 'Either will do',
  'depends on the seed': 'It depends on the seed',
};

function adviceCards({ advice, grid, cells }: StudySummary): Html {
  if (advice.length === 0) return note(noAdvice(grid, cells));
  const names = regimeNames(advice);
  const cards = advice.map(
    (one) => html`<li>
<p class="where">${text(names(one).join(', '))}</p>
${one.prefer === null ? [] : html`<p class="prefer">${text(PREFERENCES[one.prefer])}</p>\n`}<p class="words">${unbroken(sentence(one.words))}</p>
</li>
`,
  );
  return html`<ul class="cards">
${cards}</ul>
`;
}

function noAdvice(grid: StudySummary['grid'], { finished }: StudySummary['cells']): string {
  if (onlySupervised(grid)) return 'Supervised learning alone has no threshold: every α recovers the signal.';
  if (finished === 0) return 'No verdict: no cell could be computed.';
  return 'No verdict: the samples have fewer directions of signal than k, or cells are missing. Use more rows (n) or fewer signal dimensions.';
}

function sentence(words: string): string {
  const start = words.charAt(0).toUpperCase() + words.slice(1);
  return /[.!?]$/.test(start) ? start : `${start}.`;
}

/** Conditions such as α > 0.9 stay on one line. */
function unbroken(words: string): Html {
  return text(words).replace(/(α|alpha) &#62; /g, '$1&nbsp;&#62;&nbsp;') as Html;
}

function agreement(record: StudySummary): Html[] {
  if (record.verdicts.length === 0) return [];
  const words = [
    agreementSentence(record.agreement.clear),
    ...(record.grid.n.length < LEAST_SIZES ? [TOO_FEW_SIZES] : []),
  ];
  return [html`<h2>Prediction and observation</h2>\n`, note(words.join(' ')), agreementTable(record)];
}

const TOO_FEW_SIZES = 'At least four sample sizes are needed for an observed verdict.';

function agreementSentence({ agree, disagree, undecided }: Agreement): string {
  const total = agree + disagree + undecided;
  if (total === 0) return 'No prediction is clear: every α² is within 30 % of its threshold.';
  const predictions = total === 1 ? 'clear prediction' : 'clear predictions';
  if (agree + disagree === 0) return `The angles decide none of ${total} ${predictions}: ${undecided} undecided.`;
  const rest = undecided === 0 ? '' : `, ${undecided} undecided`;
  if (disagree > 0) return `Theory and observation disagree in ${disagree} of ${total} ${predictions}${rest}.`;
  const confirmed = undecided === 0 ? `all ${total}` : `${agree} of ${total}`;
  return `Theory and observation agree: the angles confirm ${confirmed} ${predictions}${rest}.`;
}

function figureSections({ figure: distance, angle, phase }: ReportFigures, { grid }: StudySummary): Html[] {
  const section = (svg: string | null, prefix: string, title: string, caption: string) =>
    svg === null ? [] : [html`<h2>${text(title)}</h2>\n`, figure(svg, prefix, caption)];
  return [
    ...section(
      distance,
      'distance',
      'Distance to optimality',
      'Difference between the loss of the model learned on corrupted data and that of the one learned on clean data, against the sample size. Numbers: table of curves.',
    ),
    ...section(
      angle,
      'angle',
      'Angle to the signal',
      `Sine of the largest principal angle between the space that the encoder keeps and the signal space. It falls where the signal is recovered and stays where it is missed.${grid.problems.includes('supervised') ? ` ${SUPERVISED_ANGLE}` : ''}`,
    ),
    ...section(
      phase,
      'phase',
      'Phase diagram',
      'Above its threshold on α² a method recovers the signal as n → ∞. Circles show what the angles say at the sample sizes of this study. Numbers: table of thresholds.',
    ),
  ];
}
