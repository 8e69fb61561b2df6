import type { Provenance } from '../study/summary.js';
import { dynamicsFigure } from './dynamics-figure.js';
import { FLOW_NAMES } from './dynamics-names.js';
import type { DynamicsRun, DynamicsSummary } from './dynamics-run.js';
import { basinTable, configFacts, modeTable, pairName, predictedTable, startTable } from './dynamics-tables.js';
import { facts, figure, type Html, html, text } from './html.js';
import { counted, plain, seconds } from './numbers.js';
import { page } from './page.js';
import { provenancePairs } from './report-tables.js';

/** Where the numbers of a run come from. */
export type DynamicsProvenance = Omit<Provenance, 'reused'>;

/** The content of summary.json. */
export interface DynamicsRecord extends DynamicsSummary {
  provenance: DynamicsProvenance;
}

/**
 * A run of the dynamics as one HTML page that needs nothing else: no network, no scripts, no fonts. The same run gives the
 * same bytes.
 *
 * @param svg the figure, when it is drawn already
 * @example
 * ```ts
 * const page = await dynamicsHtml(run, provenance);
 * ```
 */
export async function dynamicsHtml(run: DynamicsRun, provenance: DynamicsProvenance, svg?: string): Promise<string> {
  const { summary } = run;
  const drawn = svg ?? (await dynamicsFigure(run, { title: dynamicsTitle(summary) }));
  const body = [
    heading(summary, provenance),
    ...warnings(summary),
    verdict(summary),
    html`<h2>Figure</h2>\n`,
    figure(drawn, 'dynamics', caption(summary)),
    html`<h2>Where the starts ended</h2>\n`,
    basinTable(summary),
    html`<h2>What theory predicts</h2>\n`,
    predictedTable(summary),
    html`<h2>${text(summary.flow.kind === 'deep-linear' ? 'Features' : 'Canonical modes')}</h2>\n`,
    modeTable(summary),
    html`<h2>Starts</h2>\n`,
    startTable(summary),
    html`<h2>Provenance</h2>\n`,
    configFacts(summary),
    provenanceFacts(provenance),
    html`<p class="quiet">Every number is in summary.json and trajectories.csv beside this file.</p>\n`,
  ];
  return page(dynamicsTitle(summary), body);
}

export function dynamicsTitle({ flow, pair }: DynamicsSummary): string {
  return `${FLOW_NAMES[flow.kind]} on ${pairName(pair)}`;
}

function heading({ flow, pair, config, starts }: DynamicsSummary, provenance: DynamicsProvenance): Html {
  const { lambda } = config;
  const words = [
    FLOW_NAMES[flow.kind],
    ...(flow.kind === 'deep-linear' ? [] : [`k = ${flow.k}`]),
    ...(typeof lambda === 'number' ? [`λ = ${plain(lambda)}`] : []),
    counted(starts.length, 'start'),
    seconds(provenance.seconds),
    provenance.started.slice(0, 10),
  ];
  return html`<header>
<p class="kicker">eigenview · dynamics</p>
<h1>${text(dynamicsTitle({ flow, pair } as DynamicsSummary))}</h1>
<p class="quiet">${text(words.join(' · '))}</p>
</header>
`;
}

function warnings({ outcomes, starts, agreement, basins }: DynamicsSummary): Html[] {
  const unstable = basins.some(({ verdict }) => verdict === 'unstable');
  const words = [
    ...(outcomes.unsettled > 0
      ? [`${outcomes.unsettled} of ${counted(starts.length, 'start')} did not come to rest.`]
      : []),
    ...(agreement.disagree > 0
      ? [
          `Some starts ended ${unstable ? 'at an equilibrium that theory calls unstable' : 'where theory knows no stable equilibrium'}.`,
        ]
      : []),
  ];
  return words.length === 0 ? [] : [html`<p class="alarm">${text(words.join(' '))}</p>\n`];
}

/** Theory, observation and advice beside each other. */
function verdict({ findings: { theory, observed, advice } }: DynamicsSummary): Html {
  const cards = [
    card('Theory predicts', theory),
    card('Observed', observed),
    ...(advice.length > 0 ? [card('What to do', advice)] : []),
  ];
  return html`<ul class="cards">
${cards}</ul>
`;
}

function card(title: string, sentences: readonly string[]): Html {
  const words = sentences.map((sentence) => html`<p class="words">${prose(sentence)}</p>\n`);
  return html`<li>
<p class="prefer">${text(title)}</p>
${words}</li>
`;
}

/** A flag stays on its line, and can be copied: another character for its hyphens could not be run. */
function prose(sentence: string): Html[] {
  return sentence
    .split(/(--[a-z][a-z-]*)/)
    .map((part) =>
      part.startsWith('--') ? html`<span style="white-space:nowrap">${text(part)}</span>` : spaced(part),
    );
}

/** Text whose ends may be spaces, which {@link text} would take off. */
function spaced(part: string): Html {
  const edge = (found: boolean) => (found ? (' ' as Html) : ('' as Html));
  return html`${edge(/^\s/.test(part))}${text(part)}${edge(/\S\s$/.test(part))}`;
}

function caption({ flow }: DynamicsSummary): string {
  const energy = flow.lyapunov ? 'energy, which never rises,' : 'loss, no Lyapunov function, which may rise,';
  const modes = flow.kind === 'deep-linear' ? 'Weights of the features' : 'Amplitudes of the canonical modes';
  const kept = flow.kind === 'deep-linear' ? 'how many ended where' : 'how many ended at which modes';
  const alignment =
    flow.kind === 'deep-linear'
      ? ''
      : ' Misalignment is how far the predictor P and the correlation C of the two views’ outputs are from sharing their eigenvectors.';
  return `${modes} along the first start; ${energy} and predictor trace of all starts; and ${kept}. Time is logarithmic beyond a tenth of the flow’s natural unit.${alignment} Numbers: trajectories.csv.`;
}

function provenanceFacts(provenance: DynamicsProvenance): Html {
  const pairs = provenancePairs({ provenance: { ...provenance, reused: 0 } });
  return facts(
    'Where the numbers come from',
    pairs.filter(([name]) => !/cells|^Kernel$/i.test(name)),
  );
}
