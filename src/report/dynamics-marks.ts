import type { LineSeriesOption } from 'echarts/charts';
import type { ScaledAxis } from './dynamics-axes.js';
import type { Box } from './layout.js';
import { type Child, custom } from './marks.js';

/** Points nearer than this share of the axis to the last drawn one show nothing. */
const FINEST = 1 / 500;

export interface CurveStyle {
  colour: string;
  width: number;
  opacity?: number;
  /** Of the legend; none when absent. */
  name?: string;
  z?: number;
}

/** A curve against time; one that is at rest before the axis ends stays where it is. NaN leaves a gap. */
export function curve(
  panel: number,
  axes: { x: ScaledAxis; y: ScaledAxis },
  times: ArrayLike<number>,
  values: ArrayLike<number>,
  { colour, width, opacity = 1, name, z = 3 }: CurveStyle,
  rests: boolean,
): LineSeriesOption {
  return {
    type: 'line',
    ...(name !== undefined && { name }),
    xAxisIndex: panel,
    yAxisIndex: panel,
    z,
    clip: true,
    silent: true,
    showSymbol: false,
    symbol: 'none',
    lineStyle: { color: colour, width, opacity, cap: 'round', join: 'round' },
    itemStyle: { color: colour },
    data: points(axes, times, values, rests),
  };
}

function points(
  { x, y }: { x: ScaledAxis; y: ScaledAxis },
  times: ArrayLike<number>,
  values: ArrayLike<number>,
  rests: boolean,
): [number, number | '-'][] {
  const drawn: [number, number | '-'][] = [];
  const finest = FINEST * (x.max - x.min);
  let latest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < times.length; i++) {
    const at = x.position(times[i] as number);
    if (at - latest < finest && i < times.length - 1) continue;
    drawn.push([at, height(y, values[i])]);
    latest = at;
  }
  if (rests && latest < x.max) drawn.push([x.max, height(y, values[values.length - 1])]);
  return drawn;
}

/** '-' is a gap to ECharts. */
function height(y: ScaledAxis, value: number | undefined): number | '-' {
  if (value === undefined || Number.isNaN(value)) return '-';
  const at = y.position(value);
  if (Number.isNaN(at)) return '-';
  // Farther outside, pixels would be too many for what draws.
  const span = y.max - y.min;
  return Math.min(Math.max(at, y.min - span), y.max + span);
}

/** A dashed line across the panel. */
export function level(
  panel: number,
  axes: { x: ScaledAxis; y: ScaledAxis },
  value: number,
  style: CurveStyle,
): LineSeriesOption {
  const at = axes.y.position(value);
  const line = curve(panel, axes, [], [], style, false);
  return {
    ...line,
    lineStyle: { ...line.lineStyle, type: [7, 5] },
    data: [
      [axes.x.min, at],
      [axes.x.max, at],
    ],
  };
}

/** Where a value lies, in pixels from the top of the figure. */
export function pixel({ top, height: extent }: Box, y: ScaledAxis, value: number): number {
  return top + ((y.max - y.position(value)) / (y.max - y.min)) * extent;
}

export interface Bar {
  count: number;
  colour: string;
  /** Only outlined: not where theory expects starts to end. */
  open: boolean;
}

/** Horizontal bars, the first on top. */
export function bars(panel: number, { left, top, width, height: extent }: Box, x: ScaledAxis, items: readonly Bar[]) {
  return custom(panel, 3, () =>
    items.map(({ count, colour, open }, i): Child => {
      const row = extent / items.length;
      const thickness = Math.min(26, 0.62 * row);
      return {
        type: 'rect',
        shape: {
          x: left,
          y: top + (i + 0.5) * row - thickness / 2,
          width: Math.max(1.5, (x.position(count) / x.max) * width),
          height: thickness,
        },
        style: { fill: open ? 'none' : colour, stroke: colour, lineWidth: open ? 2 : 0 },
      };
    }),
  );
}
