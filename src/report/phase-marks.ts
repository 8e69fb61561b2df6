import type { CustomSeriesOption } from 'echarts/charts';
import { type Child, type Coord, custom } from './marks.js';
import type { PhaseLevel, PhaseMark, PhasePanel } from './phase.js';
import type { PhaseAxis } from './phase-axes.js';

export const COLOURS = {
  recovers: '#0072b2',
  misses: '#d55e00',
  undecided: '#8c8c8c',
  mixed: '#4d4d4d',
  curve: '#000000',
} as const;

const TINT = 0.1;
const BAND = 0.18;
/** Half the length of the bar that marks a threshold at a level of the study. */
const BAR = 11;
const RADIUS = { most: 8, least: 2.5 } as const;

export interface Axes {
  x: PhaseAxis;
  y: PhaseAxis;
}

type XY = [number, number];

/** The region of recovery, the seeds' range, and their mean. */
export function thresholdCurve(panel: number, { levels }: PhasePanel, { x, y }: Axes): CustomSeriesOption {
  return custom(panel, 2, (coord) => {
    if (levels.length === 0) return [];
    const line = (of: 'low' | 'mean' | 'high') => widen(levels.map((level) => at(coord, { x, y }, level, of)));
    const [low, mean, high] = [line('low'), line('mean'), line('high')];
    const top = (coord([x.min, y.max]) as XY)[1];
    const [first, last] = [mean[0] as XY, mean.at(-1) as XY];
    return [
      polygon([...mean, [last[0], top], [first[0], top]], COLOURS.recovers, TINT),
      polygon([...high, ...low.toReversed()], COLOURS.curve, BAND),
      ...segments(levels, mean),
      ...mean
        .slice(...(levels.length === 1 ? [0, 0] : []))
        .map(([px, py]) => stroke(`M${px - BAR / 2} ${py}h${BAR}`, 3)),
    ];
  });
}

/** A circle per (noise level, α), divided by what the seeds show. */
export function observations(panel: number, { marks }: PhasePanel, axes: Axes): CustomSeriesOption {
  return custom(panel, 4, (coord) => {
    const centres = marks.map((mark) => coord([axes.x.position(mark.noise), axes.y.position(mark.alphaSquared)]) as XY);
    const radius = fittingRadius(centres);
    return marks.flatMap((mark, i) => pie(mark, centres[i] as XY, radius));
  });
}

/** The mark of an observation, also used in the legend. */
export function pie(mark: PhaseMark, [cx, cy]: XY, r: number): Child[] {
  const total = mark.recovers + mark.undecided + mark.misses;
  const sector = (from: number, count: number, fill: string): Child[] => {
    if (count === 0) return [];
    if (count === total) return [circle([cx, cy], r, { fill })];
    const angle = (part: number) => 2 * Math.PI * (part / total) - Math.PI / 2;
    return [
      {
        type: 'sector',
        shape: { cx, cy, r, r0: 0, startAngle: angle(from), endAngle: angle(from + count) },
        style: { fill },
      },
    ];
  };
  return [
    circle([cx, cy], r, { fill: '#ffffff' }),
    ...sector(0, mark.recovers, COLOURS.recovers),
    ...sector(mark.recovers, mark.undecided, COLOURS.undecided),
    circle([cx, cy], r, { fill: 'none', stroke: outline(mark, total), lineWidth: 2 }),
    ...(mark.close ? [circle([cx, cy], r + 4, { fill: 'none', stroke: COLOURS.mixed, lineWidth: 1.2 })] : []),
    ...(mark.wrong ? cross([cx, cy], r + 2) : []),
  ];
}

/** Whether a threshold of 0 or less ends a segment of the curve, where log α² has no value. */
export function isDashed(from: PhaseLevel, to: PhaseLevel): boolean {
  return from.mean > 0 !== to.mean > 0;
}

export function stroke(pathData: string, lineWidth: number, lineDash?: number[]): Child {
  const style = { fill: 'none', stroke: COLOURS.curve, lineWidth, ...(lineDash && { lineDash }) };
  return { type: 'path', shape: { pathData }, style };
}

export function polygon(points: XY[], fill: string, opacity: number): Child {
  return { type: 'polygon', shape: { points }, style: { fill, opacity } };
}

function at(coord: Coord, { x, y }: Axes, level: PhaseLevel, of: 'low' | 'mean' | 'high'): XY {
  return coord([x.position(level.noise), y.position(level[of])]) as XY;
}

/** A single level is as wide as its bar. */
function widen(points: XY[]): XY[] {
  if (points.length > 1) return points;
  const [x, y] = points[0] as XY;
  return [
    [x - 2 * BAR, y],
    [x + 2 * BAR, y],
  ];
}

function segments(levels: PhaseLevel[], mean: XY[]): Child[] {
  return mean.slice(1).map(([x, y], i) => {
    const [fromX, fromY] = mean[i] as XY;
    const [from, to] = [levels[i], levels[i + 1]];
    const dashed = from !== undefined && to !== undefined && isDashed(from, to);
    return stroke(`M${fromX} ${fromY}L${x} ${y}`, 2, dashed ? [5, 4] : undefined);
  });
}

function outline(mark: PhaseMark, total: number): string {
  const only = (['recovers', 'misses', 'undecided'] as const).find((kind) => mark[kind] === total);
  return COLOURS[only ?? 'mixed'];
}

function circle([cx, cy]: XY, r: number, style: { fill: string; stroke?: string; lineWidth?: number }): Child {
  return { type: 'circle', shape: { cx, cy, r }, style };
}

function cross([cx, cy]: XY, r: number): Child[] {
  const d = r / Math.SQRT2;
  const path = `M${cx - d} ${cy - d}L${cx + d} ${cy + d}M${cx - d} ${cy + d}L${cx + d} ${cy - d}`;
  return [
    { type: 'path', shape: { pathData: path }, style: { fill: 'none', stroke: '#ffffff', lineWidth: 5 } },
    { type: 'path', shape: { pathData: path }, style: { fill: 'none', stroke: COLOURS.curve, lineWidth: 2.4 } },
  ];
}

/** Neighbours keep a gap: the nearest pair of centres in one row or column decides. */
function fittingRadius(centres: XY[]): number {
  const nearest = (values: number[]) => {
    const sorted = [...new Set(values)].sort((a, b) => a - b);
    return Math.min(...sorted.slice(1).map((value, i) => value - (sorted[i] as number)), Number.POSITIVE_INFINITY);
  };
  const gap = Math.min(nearest(centres.map(([x]) => x)), nearest(centres.map(([, y]) => y)));
  return Math.max(RADIUS.least, Math.min(RADIUS.most, 0.36 * gap));
}
