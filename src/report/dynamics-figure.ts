import { checkOptions } from '../matrix/check.js';
import { type BasinRows, basinRows, type ShownMode, shownModes, unitsOf } from './dynamics-content.js';
import { type DynamicsLayout, dynamicsLayout } from './dynamics-layout.js';
import {
  dynamicsPanels,
  leavesFrame,
  levelsShown,
  MOST_CURVES,
  OTHERS_NAME,
  type Panel,
  type Text,
} from './dynamics-panels.js';
import type { DynamicsRun } from './dynamics-run.js';
import { checkTitle } from './figure-cell.js';
import { axis, FRAME } from './frames.js';
import { FONT_FAMILY, INK, label } from './labels.js';
import { FONT, LEGEND } from './layout.js';
import { FLOOR } from './log-axis.js';
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
  const texts = {
    title: heading,
    legend: legendNames(run, modes),
    alignment: run.series.every(({ alignment }) => alignment !== null),
  };
  // What the caption says depends on the panels, whose places do not depend on the caption.
  const panels = dynamicsPanels(run, dynamicsLayout({ ...texts, caption: [] }), modes, basins);
  const place = dynamicsLayout({ ...texts, caption: [caption(run, basins, panels).join(' ')] });
  const { width, height } = place;
  const subject = run.summary.flow.kind === 'deep-linear' ? 'Features' : 'Canonical modes';
  const name = heading === '' ? `${subject}, energy and predictor against time, and where starts ended` : heading;
  return renderSvg(chart(place, panels), { width, height, label: name });
}

function legendNames({ summary }: DynamicsRun, modes: readonly ShownMode[]): string[] {
  const names = modes.map(({ name }) => name);
  return modes.length < unitsOf(summary).length ? [...names, OTHERS_NAME] : names;
}

function caption(run: DynamicsRun, basins: BasinRows, panels: readonly Panel[]): string[] {
  return [...aboutLevels(run, basins), ...aboutCurves(run, panels), ...aboutEnds(basins)];
}

function aboutLevels({ summary }: DynamicsRun, basins: BasinRows): string[] {
  const { stable } = summary.predicted;
  const [drawn, all] = [levelsShown(summary, basins).length, stable.length];
  const which = drawn < all ? `, the fullest and those where starts ended of ${all}` : '';
  const tied = summary.ties.length > 0 ? ['Modes of equal correlation are drawn together, by the norm over them.'] : [];
  return [...(all > 0 ? [`Dashed: predicted, at stable equilibria${which}.`] : []), ...tied];
}

function aboutCurves({ summary, series }: DynamicsRun, panels: readonly Panel[]): string[] {
  const cut = [series.map(({ energy }) => energy), series.map(({ predictorTrace }) => predictorTrace)].flatMap(
    (values, i) => {
      const panel = panels[i + 1];
      return panel !== undefined && leavesFrame(panel, values) ? [panel.title] : [];
    },
  );
  return [
    ...(summary.starts.length > 1 ? ['Thick: the first start; colours of the lower panels: where a start ended.'] : []),
    ...(summary.starts.length > MOST_CURVES ? [`Curves: the first ${MOST_CURVES} starts.`] : []),
    ...(cut.length > 0 ? [`${cut.join(' and ')}: some starts come from beyond the frame.`] : []),
    ...(summary.flow.lyapunov ? [] : ['The loss is no Lyapunov function: it may rise.']),
    ...(series.some(({ alignment }) => alignment?.some((value) => value < FLOOR))
      ? ['Misalignments below 10⁻¹² are rounding, not drawn.']
      : []),
  ];
}

function aboutEnds({ rows, left, unvisited, numbered }: BasinRows): string[] {
  return [
    ...(numbered ? ['Numbers of the lower panels’ ends are those of the modes: 1 is u₁.'] : []),
    ...(rows.some(({ expected }) => !expected) ? ['Open bars: ends that theory calls unstable.'] : []),
    ...(left > 0 ? [`${left} more starts ended elsewhere.`] : []),
    ...(unvisited > 0 ? [`Without a bar: ${unvisited} more stable equilibria, where no start ended.`] : []),
  ];
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
