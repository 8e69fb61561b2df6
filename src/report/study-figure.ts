import { describe, EigenviewError } from '../errors.js';
import { checkOptions } from '../matrix/check.js';
import { checkOneOf, type FigureCell, MEASURES, type Measure } from './figure-cell.js';
import { FONT_FAMILY, INK, labels } from './labels.js';
import { FONT, type Layout, LEGEND, layout } from './layout.js';
import { FLOOR, type LogAxis, type SizeAxis, sizeAxis, valueAxis } from './log-axis.js';
import { band, clipped, cutOff, line, ticks } from './marks.js';
import { pen } from './palette.js';
import { type Panel, type Panels, type Point, panels } from './panel.js';
import { type ChartOption, renderSvg } from './svg.js';
import { oneLine, powerOfTen } from './text.js';

export type { FigureCell } from './figure-cell.js';

export interface StudyFigureOptions {
  /** What the y axis shows; `'distance'` when absent. */
  measure?: Measure;
  /** A heading; none when absent, as in a paper, where the caption says it. */
  title?: string;
}

const MEASURE_NAMES: Record<Measure, string> = {
  distance: 'Distance to optimality',
  angle: 'Sine of the angle to the signal space',
};
const GRID = '#e4e4e4';

/**
 * The figure of an alignment study, as SVG text: a column per problem, a row per noise level, and in each panel the
 * distance to optimality against the sample size, both logarithmic, with a line per α (mean over the seeds) and a band
 * (smallest to largest seed). All panels share their axes. The same cells give the same bytes, in any order.
 *
 * @param cells runs of a study; columns and rows without any are left out
 * @throws EigenviewError `EMPTY` without cells; `NOT_FINITE`, `OUT_OF_RANGE` or `INVALID_ARGUMENT` for a cell that cannot
 * be drawn or contradicts another; `UNKNOWN_OPTION`
 *
 * @example
 * ```ts
 * const cell = { problem: 'supervised', noise: 'weak', alpha: 1, seed: 0, angle: 0 } as const;
 * const svg = await studyFigure([{ ...cell, n: 100, distance: 0.1 }, { ...cell, n: 1000, distance: 0.01 }]);
 * ```
 */
export async function studyFigure(cells: Iterable<FigureCell>, options: StudyFigureOptions = {}): Promise<string> {
  checkOptions('studyFigure', options, ['measure', 'title']);
  const { measure = 'distance', title = '' } = options;
  checkOneOf('measure', measure, MEASURES);
  checkTitle(title);
  const heading = oneLine(title);
  const content = panels(cells, measure);
  const points = content.panels.flatMap((panel) => panel.curves.flatMap((curve) => curve.points));
  const x = sizeAxis(points.map((point) => point.n));
  const y = valueAxis(points);
  const place = layout({
    rows: content.noises.length,
    cols: content.problems.length,
    title: heading,
    legend: content.alphas.map(alphaName),
    caption: caption(points, y),
  });
  const { width, height } = place;
  const label = heading === '' ? `${MEASURE_NAMES[measure]} against sample size` : heading;
  return renderSvg(chart(content, place, x, y, MEASURE_NAMES[measure]), { width, height, label });
}

function checkTitle(title: unknown): asserts title is string {
  if (typeof title !== 'string') {
    throw new EigenviewError('INVALID_ARGUMENT', 'A title is text.', {
      argument: 'title',
      expected: 'a string',
      received: describe(title),
    });
  }
}

/** What the marks mean. Of a handful of seeds the full range says more than a standard deviation would. */
function caption(points: Point[], y: LogAxis): string[] {
  const seeds = points.map((point) => point.seeds).sort((a, b) => a - b);
  const fewest = seeds[0] as number;
  const most = seeds[seeds.length - 1] as number;
  const count = fewest === most ? `${most}` : `${fewest} to ${most}`;
  const sentences = [most === 1 ? 'One seed.' : `Mean over ${count} seeds; shaded: smallest to largest.`];
  if (points.some(clipped)) {
    sentences.push(`Open markers: 0 or below ${powerOfTen(Math.log10(FLOOR))}, drawn on the axis.`);
  }
  if (points.some((point) => cutOff(point, y.min))) sentences.push('Shading is cut off at the axis.');
  return sentences;
}

function alphaName(alpha: number): string {
  return `α = ${alpha}`;
}

function chart(content: Panels, place: Layout, x: SizeAxis, y: LogAxis, measure: string): ChartOption {
  const cols = content.problems.length;
  const isLeft = (i: number) => i % cols === 0;
  const isBottom = (i: number) => i >= content.panels.length - cols;
  return {
    backgroundColor: '#ffffff',
    textStyle: { fontFamily: FONT_FAMILY },
    grid: place.panels.map((box) => ({
      ...box,
      show: true,
      borderColor: '#bdbdbd',
      borderWidth: 1,
      containLabel: false,
    })),
    xAxis: content.panels.map((_, i) => axis(x, i, isBottom(i))),
    yAxis: content.panels.map((_, i) => axis(y, i, isLeft(i))),
    legend: place.legend.rows.map((data, row) => ({
      data,
      left: 'center',
      top: place.legend.top + row * LEGEND.lineHeight,
      itemWidth: LEGEND.icon - 6,
      itemGap: LEGEND.gap,
      padding: 4,
      silent: true,
      selectedMode: false,
      textStyle: { fontSize: FONT.legend, color: INK },
    })),
    series: content.panels.flatMap((panel, i) => series(content, panel, i, x, y)),
    graphic: { elements: labels(content, place, measure), silent: true },
  };
}

function axis(scale: LogAxis, panel: number, labelled: boolean) {
  const at = scale.major.map((tick) => tick.at);
  const names = new Map(scale.major.map((tick) => [tick.at, tick.label]));
  return {
    type: 'value' as const,
    gridIndex: panel,
    min: scale.min,
    max: scale.max,
    silent: true,
    axisLine: { show: false },
    axisTick: { show: false, customValues: at },
    splitLine: { show: true, lineStyle: { color: GRID, width: 1 } },
    axisLabel: {
      show: labelled,
      customValues: at,
      formatter: (value: number) => names.get(value) ?? '',
      fontSize: FONT.tick,
      color: INK,
      margin: 10,
      hideOverlap: false,
    },
  };
}

function series(content: Panels, panel: Panel, index: number, x: SizeAxis, y: LogAxis) {
  const { alphas } = content;
  const drawn = panel.curves.map((curve) => ({
    curve,
    pen: pen(alphas.indexOf(curve.alpha), alphas.length, x.spread),
  }));
  return [
    ticks(index, x, y),
    ...drawn.map(({ curve, pen }) => band(index, curve, y.min, pen)).filter((item) => item !== null),
    ...drawn.map(({ curve, pen }) => line(index, alphaName(curve.alpha), curve, y.min, pen)),
  ];
}
