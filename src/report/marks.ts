import type { CustomSeriesOption, LineSeriesOption } from 'echarts/charts';
import { INK } from './labels.js';
import { FLOOR, type LogAxis } from './log-axis.js';
import type { Pen } from './palette.js';
import type { Curve, Point } from './panel.js';

type RenderItem = NonNullable<CustomSeriesOption['renderItem']>;
export type Coord = (position: [x: number, y: number]) => number[];

/** Half the width of a band that has one sample size only. */
const BAR = 5;
const TICK = { major: 6, minor: 3 } as const;

/** Ticks of both axes, outside the panel: ECharts has no minor ticks at 2, 3, …, 9 times a decade. */
export function ticks(panel: number, x: LogAxis, y: LogAxis): CustomSeriesOption {
  return custom(panel, 1, (coord) => {
    const [left, bottom] = coord([x.min, y.min]) as [number, number];
    const across = (at: number, length: number) => `M${sharp(coord([at, y.min])[0])} ${bottom}v${length}`;
    const up = (at: number, length: number) => `M${left} ${sharp(coord([x.min, at])[1])}h${-length}`;
    const pathData = [
      ...x.major.map(({ at }) => across(at, TICK.major)),
      ...x.minor.map((at) => across(at, TICK.minor)),
      ...y.major.map(({ at }) => up(at, TICK.major)),
      ...y.minor.map((at) => up(at, TICK.minor)),
    ].join('');
    return [{ type: 'path', shape: { pathData }, style: { fill: 'none', stroke: INK, lineWidth: 1 } }];
  });
}

/** A line one pixel wide is sharp when centred on a half pixel: on that which ECharts gives the grid line. */
function sharp(position: number | undefined): number {
  return Math.floor(Math.round(2 * (position as number)) / 2) + 0.5;
}

/** The shaded range over the seeds of one α; null where every point has one seed. */
export function band(panel: number, curve: Curve, floor: number, { colour, shift }: Pen): CustomSeriesOption | null {
  const { points } = curve;
  if (points.every((point) => point.seeds === 1)) return null;
  return custom(panel, 2, (coord) => {
    const at = (point: Point, value: number) =>
      coord([Math.log10(point.n) + shift, height(value, floor)]) as [number, number];
    const high = points.map((point) => at(point, point.high));
    const low = points.map((point) => at(point, point.low)).reverse();
    const outline =
      points.length > 1 ? [...high, ...low] : bar(high[0] as [number, number], low[0] as [number, number]);
    return [{ type: 'polygon', shape: { points: outline }, style: { fill: colour, opacity: 0.22 } }];
  });
}

/** The mean over the seeds of one α; a point at or below the axis is an open marker on it. */
export function line(panel: number, name: string, curve: Curve, floor: number, pen: Pen): LineSeriesOption {
  return {
    type: 'line',
    name,
    xAxisIndex: panel,
    yAxisIndex: panel,
    z: 3,
    clip: false,
    silent: true,
    showAllSymbol: true,
    symbol: pen.symbol,
    symbolSize: pen.symbolSize,
    lineStyle: { color: pen.colour, width: 2.2 },
    itemStyle: { color: pen.colour, borderColor: '#ffffff', borderWidth: 0.8, opacity: 1 },
    data: curve.points.map((point) => ({
      value: [Math.log10(point.n) + pen.shift, height(point.mean, floor)],
      ...(clipped(point) && { itemStyle: { color: '#ffffff', borderColor: pen.colour, borderWidth: 2 } }),
    })),
  };
}

/** A logarithmic axis has no place for the point's mean. */
export function clipped(point: Point): boolean {
  return point.mean < FLOOR;
}

/** The axis ends inside the point's band. */
export function cutOff(point: Point, floor: number): boolean {
  return point.low < 10 ** floor * (1 - 1e-9) && height(point.high, floor) > floor;
}

function height(value: number, floor: number): number {
  return value < FLOOR ? floor : Math.max(Math.log10(value), floor);
}

function bar([x, top]: [number, number], [, bottom]: [number, number]): number[][] {
  return [
    [x - BAR, top],
    [x + BAR, top],
    [x + BAR, bottom],
    [x - BAR, bottom],
  ];
}

export type Child = Extract<ReturnType<RenderItem>, { type: 'group' }>['children'][number];

/** A series of one item, which draws the shapes computed from pixel positions. */
export function custom(panel: number, z: number, shapes: (coord: Coord) => Child[]): CustomSeriesOption {
  return {
    type: 'custom',
    xAxisIndex: panel,
    yAxisIndex: panel,
    z,
    clip: false,
    silent: true,
    data: [[0, 0]],
    renderItem: (_, api) => ({ type: 'group', silent: true, children: shapes((position) => api.coord(position)) }),
  };
}
