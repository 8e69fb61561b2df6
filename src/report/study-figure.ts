import { checkOneOf, checkOptions } from '../matrix/check.js';
import { checkTitle, type FigureCell, MEASURES, type Measure } from './figure-cell.js';
import { frames } from './frames.js';
import { INK, labels, PROBLEM_NAMES } from './labels.js';
import { FONT, type Layout, LEGEND, layout } from './layout.js';
import { FLOOR, type LogAxis, type SizeAxis, sizeAxis, valueAxis } from './log-axis.js';
import { band, clipped, cutOff, line, ticks } from './marks.js';
import { pen } from './palette.js';
import { type Panel, type Panels, type Point, panels } from './panel.js';
import { regimeNames } from './regime.js';
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
  angle: 'Sine of the angle',
};
const MEASURE_NOTES: Record<Measure, string[]> = {
  distance: [],
  angle: ['Angle: the largest principal angle between the learned and the signal space.'],
};

/**
 * The figure of an alignment study, as SVG text: a column per problem, a row per noise level (and per Θ level and
 * k, where there are several), and in each panel the distance to optimality against the sample size, both logarithmic, with a line per α (mean over the seeds) and a band
 * (smallest to largest seed). All panels share their axes. The same cells give the same bytes, in any order.
 *
 * @param cells runs of a study; columns and rows without any are left out
 * @throws EigenviewError `EMPTY` without cells; `NOT_FINITE`, `OUT_OF_RANGE` or `INVALID_ARGUMENT` for a cell that cannot
 * be drawn or contradicts another; `UNKNOWN_OPTION`
 *
 * @example
 * ```ts
 * const cell = { problem: 'supervised', noise: 1e3, theta: 1e4, k: 50, alpha: 1, seed: 0, angle: 0 } as const;
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
    rows: content.regimes.map(regimeNames(content.regimes)),
    cols: content.problems.length,
    title: heading,
    legend: content.alphas.map(alphaName),
    caption: [...MEASURE_NOTES[measure], ...caption(points, y)],
  });
  const { width, height } = place;
  const label = heading === '' ? `${MEASURE_NAMES[measure]} against sample size` : heading;
  return renderSvg(chart(content, place, x, y, MEASURE_NAMES[measure]), { width, height, label });
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
  return {
    ...frames(place, content.problems.length, x, y),
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
    graphic: {
      elements: labels(
        { columns: content.problems.map((problem) => PROBLEM_NAMES[problem]), x: 'Sample size n', y: measure },
        place,
      ),
      silent: true,
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
