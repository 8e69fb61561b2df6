import { checkOptions } from '../matrix/check.js';
import { type BasinRows, basinRows, type ShownMode, shownModes } from './dynamics-content.js';
import { type DynamicsLayout, dynamicsLayout } from './dynamics-layout.js';
import { dynamicsPanels, MOST_CURVES, OTHERS_NAME, type Panel, type Text } from './dynamics-panels.js';
import type { DynamicsRun } from './dynamics-run.js';
import { checkTitle } from './figure-cell.js';
import { axis, FRAME } from './frames.js';
import { FONT_FAMILY, INK, label } from './labels.js';
import { FONT, LEGEND } from './layout.js';
import { ticks } from './marks.js';
import { type ChartOption, renderSvg } from './svg.js';
import { oneLine } from './text.js';

export interface DynamicsFigureOptions {
  /** A heading; none when absent. */
  title?: string;
}

/**
 * A run of the dynamics as SVG text, in five panels: the canonical modes of the first start against time with the levels
 * that theory predicts for them; every start's energy and predictor trace with those of the stable equilibria; how far
 * predictor and correlation are from sharing their eigenvectors; and where the starts ended. Time is logarithmic beyond a
 * tenth of the flow's natural unit. The same run gives the same bytes.
 *
 * @throws EigenviewError `INVALID_ARGUMENT`, `UNKNOWN_OPTION`
 * @example
 * ```ts
 * const svg = await dynamicsFigure(await observe(flow, facts, { starts: 8, seed: 0 }), { title: 'SimSiam' });
 * ```
 */
export async function dynamicsFigure(run: DynamicsRun, options: DynamicsFigureOptions = {}): Promise<string> {
  checkOptions('dynamicsFigure', options, ['title']);
  const { title = '' } = options;
  checkTitle(title);
  const heading = oneLine(title);
  const modes = shownModes(run);
  const basins = basinRows(run.summary);
  const place = dynamicsLayout({
    title: heading,
    legend: legendNames(run, modes),
    caption: caption(run, basins),
    alignment: run.series.every(({ alignment }) => alignment !== null),
  });
  const { width, height } = place;
  const name = heading === '' ? 'Canonical modes, energy and predictor against time, and where starts ended' : heading;
  return renderSvg(chart(place, dynamicsPanels(run, place, modes, basins)), { width, height, label: name });
}

function legendNames({ summary }: DynamicsRun, modes: readonly ShownMode[]): string[] {
  const names = modes.map(({ name }) => name);
  return modes.length < summary.correlations.length ? [...names, OTHERS_NAME] : names;
}

function caption({ summary }: DynamicsRun, { rows, left }: BasinRows): string[] {
  const sentences = ['Dashed: predicted, at stable equilibria.'];
  if (summary.starts.length > 1)
    sentences.push('Thick: the first start; colours of the lower panels: where a start ended.');
  if (summary.starts.length > MOST_CURVES) sentences.push(`Curves: the first ${MOST_CURVES} starts.`);
  if (rows.some(({ expected }) => !expected)) sentences.push('Open bars: ends that theory calls unstable.');
  if (left > 0) sentences.push(`${left} more starts ended elsewhere.`);
  return [sentences.join(' ')];
}

const UP = Math.PI / 2;

function chart(place: DynamicsLayout, panels: readonly Panel[]): ChartOption {
  const { width, title, legend, caption: foot } = place;
  return {
    backgroundColor: '#ffffff',
    textStyle: { fontFamily: FONT_FAMILY },
    grid: panels.map(({ box }) => ({
      ...box,
      show: true,
      borderColor: FRAME,
      borderWidth: 1,
      outerBoundsMode: 'none',
    })),
    xAxis: panels.map(({ x, bars }, i) => ({ ...axis(x, i, true), ...(bars && { splitLine: { show: false } }) })),
    yAxis: panels.map(({ y, bars }, i) => axis(bars ? { ...y, major: [] } : y, i, !bars)),
    legend: legend.rows.map((data, row) => ({
      data,
      left: 'center',
      top: legend.top + row * LEGEND.lineHeight,
      itemWidth: LEGEND.icon - 6,
      itemGap: LEGEND.gap,
      padding: 4,
      silent: true,
      selectedMode: false,
      itemStyle: { opacity: 0 },
      textStyle: { fontSize: FONT.legend, color: INK },
    })),
    series: panels.flatMap(({ x, y, bars, series }, i) => [ticks(i, x, bars ? { ...y, major: [] } : y), ...series]),
    graphic: {
      elements: [
        ...title.lines.map((text, i) => label(text, width / 2, title.middles[i] as number, FONT.title, 'bold')),
        ...panels.flatMap((panel, i) => panelTexts(panel, i === 0 ? legend.top - 16 : panel.box.top - 18)),
        ...foot.lines.map((text, i) => label(text, width / 2, foot.middles[i] as number, FONT.caption)),
      ],
      silent: true,
    },
  };
}

function panelTexts({ box, title, names, texts }: Panel, titleMiddle: number): Text[] {
  const { left, top, width, height } = box;
  return [
    label(title, left + width / 2, titleMiddle, FONT.panel, 'bold'),
    label(names.x, left + width / 2, top + height + 44, FONT.axis),
    ...(names.y === undefined ? [] : [label(names.y, left - 72, top + height / 2, FONT.axis, 'normal', UP)]),
    ...texts,
  ];
}
