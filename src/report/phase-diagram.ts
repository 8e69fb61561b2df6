import { checkOptions } from '../matrix/check.js';
import type { StudySummary } from '../study/summary.js';
import { checkTitle } from './figure-cell.js';
import { frames } from './frames.js';
import { labels, PROBLEM_NAMES } from './labels.js';
import { layout } from './layout.js';
import { ticks } from './marks.js';
import { counted } from './numbers.js';
import { checkSummary, type PhasePanel, phasePanels } from './phase.js';
import { noiseAxis, squareAxis } from './phase-axes.js';
import { drawLegend, hasDashes, isMixed, legendEntries } from './phase-legend.js';
import { observations, thresholdCurve } from './phase-marks.js';
import { otherNames } from './regime.js';
import { renderSvg } from './svg.js';
import { oneLine } from './text.js';

export interface PhaseDiagramOptions {
  /** A heading; none when absent. */
  title?: string;
}

/**
 * The phase diagram of a study, as SVG text: α² against the noise level, both logarithmic, for reconstruction and for
 * joint embedding (a row per Θ level and k where there are several). A curve is the predicted threshold over the seeds:
 * exact at the study's noise levels, straight between them; thresholds of 0 and below lie on the lower edge. A circle
 * is what the angles show at one noise level and α, divided among the seeds. The same summary gives the same bytes.
 *
 * @throws EigenviewError `EMPTY` without thresholds, `INVALID_ARGUMENT`, `UNKNOWN_OPTION`
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 * const svg = await phaseDiagram(JSON.parse(await readFile('eigenview-study/summary.json', 'utf8')));
 * ```
 */
export async function phaseDiagram(summary: StudySummary, options: PhaseDiagramOptions = {}): Promise<string> {
  checkOptions('phaseDiagram', options, ['title']);
  const { title = '' } = options;
  checkTitle(title);
  checkSummary(summary);
  const heading = oneLine(title);
  const panels = phasePanels(summary);
  const problems = [...new Set(panels.map(({ problem }) => problem))];
  const rows = panels.filter((_, i) => i % problems.length === 0);
  const seeds = new Set(summary.thresholds.map(({ seed }) => seed)).size;
  const entries = legendEntries(panels, seeds);
  const place = layout({
    rows: rows.map(otherNames(summary.thresholds)),
    cols: problems.length,
    title: heading,
    legend: entries.map(({ name }) => name),
    caption: caption(panels, seeds),
  });
  const axes = { x: noiseAxis(panels), y: squareAxis(panels) };
  const names = {
    columns: problems.map((problem) => PROBLEM_NAMES[problem]),
    x: 'Noise level',
    y: 'Alignment, α²',
  };
  const legend = drawLegend(entries, place);
  const option = {
    ...frames(place, problems.length, axes.x, axes.y),
    series: [
      ...panels.flatMap((panel, i) => [
        thresholdCurve(i, panel, axes),
        ticks(i, axes.x, axes.y),
        observations(i, panel, axes),
      ]),
      legend.signs,
    ],
    graphic: { elements: [...legend.names, ...labels(names, place)], silent: true },
  };
  const { width, height } = place;
  return renderSvg(option, {
    width,
    height,
    label: heading === '' ? 'Phase diagram: α² against noise level' : heading,
  });
}

/** What the marks mean, as one paragraph. */
function caption(panels: PhasePanel[], seeds: number): string[] {
  const mixed = panels.some(({ marks }) => marks.some(isMixed));
  const sentences = [
    `Lines: predicted for n → ∞, interpolated between the study's noise levels.`,
    `Circles: observed, from the angles of ${counted(seeds, 'seed')}${mixed ? ', divided where they differ' : ''}.`,
  ];
  if (seeds > 1) sentences[0] += ' Grey: smallest to largest seed.';
  if (panels.some(({ marks }) => marks.some(({ close }) => close))) {
    sentences.push('Ringed: within 30 % of the threshold in some seed, too close to call.');
  }
  if (panels.some(hasDashes))
    sentences.push('Dashed: the threshold leaves 0 at an unknown level in between; at 0 or below every α recovers.');
  return [sentences.join(' ')];
}
