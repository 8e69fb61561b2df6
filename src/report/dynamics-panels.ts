/** The panels of a figure of the dynamics: their axes, curves and names. */
import { countAxis, decadesAxis, linearAxis, ratioAxis, type ScaledAxis, timeAxis } from './dynamics-axes.js';
import {
  type BasinRows,
  inkOf,
  OTHERS,
  type ShownMode,
  share,
  together,
  UNSETTLED,
  unitsOf,
} from './dynamics-content.js';
import { type DynamicsLayout, fitted, RIGHT, spread } from './dynamics-layout.js';
import { bars, curve, level, pixel } from './dynamics-marks.js';
import { modesName } from './dynamics-names.js';
import type { DynamicsRun, StartOutcome, StartSeries } from './dynamics-run.js';
import { label } from './labels.js';
import type { Box } from './layout.js';
import { significant } from './numbers.js';
import type { ChartOption } from './svg.js';

export const OTHERS_NAME = 'other modes';
const PREDICTED = '#444444';
/** Levels nearer than this, in pixels, have their names moved apart. */
const NAME_GAP = 19;
const NAME_FONT = 15;
/** Levels this near, relative to their size, are one. */
const ALIKE = 1e-6;

type Series = NonNullable<ChartOption['series']>;
type Item = Series extends readonly (infer One)[] | infer One ? One : never;
type Centred = ReturnType<typeof label>;
export type Text = Omit<Centred, 'style'> & {
  style: Omit<Centred['style'], 'align'> & { align: 'left' | 'center' | 'right' };
};

/** One panel, with axes of its own. */
export interface Panel {
  box: Box;
  x: ScaledAxis;
  y: ScaledAxis;
  title: string;
  names: { x: string; y?: string };
  /** Of a chart of bars, which has no numbers on its y axis and no grid. */
  bars: boolean;
  series: Item[];
  texts: Text[];
}

/** All five, or four where the predictor has no alignment. */
export function dynamicsPanels(
  run: DynamicsRun,
  place: DynamicsLayout,
  modes: readonly ShownMode[],
  basins: BasinRows,
): Panel[] {
  const { summary, series } = run;
  const x = timeAxis(Math.max(...series.map(({ times }) => times.at(-1) ?? 0)), summary.flow.rate);
  const energyName = summary.flow.lyapunov ? 'Energy' : 'Loss';
  return [
    amplitudePanel(run, place.amplitudes, x, modes),
    startsPanel(run, { box: place.energy, x, title: energyName, of: 'energy', index: 1 }, basins),
    startsPanel(run, { box: place.trace, x, title: 'Predictor trace', of: 'predictorTrace', index: 2 }, basins),
    ...(place.alignment === null ? [] : [alignmentPanel(run, place.alignment, x, basins)]),
    basinPanel(run, place.basins, basins, place.alignment === null ? 3 : 4),
  ];
}

function amplitudePanel({ summary, series }: DynamicsRun, box: Box, x: ScaledAxis, modes: readonly ShownMode[]): Panel {
  const first = series[0] as StartSeries;
  const start = summary.starts[0] as StartOutcome;
  const units = unitsOf(summary);
  const levels = levelsOf(summary);
  const y = amplitudeAxis(
    units.map((unit) => together(first, unit)),
    levels.map(({ value }) => value),
  );
  const axes = { x, y };
  const shown = new Map(modes.flatMap((mode) => mode.indices.map((index) => [index, mode] as const)));
  const colourOf = ([index = -1]: readonly number[]) => shown.get(index)?.colour ?? OTHERS;
  const rests = start.outcome !== 'unsettled';
  const line = (indices: readonly number[], style: Parameters<typeof curve>[4]) =>
    curve(0, axes, first.times, together(first, indices), style, rests);
  const deep = summary.flow.kind === 'deep-linear';
  return {
    box,
    x,
    y,
    title: deep ? 'Features of the first start' : 'Canonical modes of the first start',
    names: { x: 'Time', y: deep ? 'Weight' : 'Amplitude' },
    bars: false,
    series: [
      ...units
        .filter(([index = -1]) => !shown.has(index))
        .map((unit) => line(unit, { colour: OTHERS, width: 1.2, name: OTHERS_NAME, z: 2 })),
      ...levels.map(({ indices, value }) => level(0, axes, value, { colour: colourOf(indices), width: 1.6, z: 2 })),
      ...modes.map(({ indices, colour, name }) => line(indices, { colour, width: 2.4, name })),
    ],
    texts: levelNames(
      box,
      RIGHT.wide,
      levels.map(({ indices, value }) => ({
        at: pixel(box, y, value),
        text: `${modesName(indices)}: ${significant(value)}`,
        colour: colourOf(indices),
        needed: true,
      })),
    ),
  };
}

/** Of the fullest stable equilibrium; of c tied modes at one amplitude f it is f √c together. */
function levelsOf(summary: DynamicsRun['summary']): { indices: readonly number[]; value: number }[] {
  const best = summary.predicted.stable[0];
  return unitsOf(summary).flatMap((indices) => {
    const held = indices.flatMap((index) => best?.amplitudes[best.modes.indexOf(index)] ?? []);
    return held.length === 0 ? [] : [{ indices, value: Math.hypot(...held) }];
  });
}

/** A start many times as large as the levels would flatten them: its decades are shown instead. */
const MOST_ABOVE = 5;
/** Of the lowest level. */
const LEAST_SHOWN = 0.1;

function amplitudeAxis(curves: readonly (readonly number[])[], levels: readonly number[]): ScaledAxis {
  const highest = Math.max(0, ...levels);
  const peak = curves.reduce((most, values) => values.reduce((a, b) => Math.max(a, b), most), highest);
  if (highest === 0 || peak <= MOST_ABOVE * highest) return linearAxis(0, peak);
  return decadesAxis(LEAST_SHOWN * Math.min(...levels), peak);
}

interface StartsPanel {
  box: Box;
  x: ScaledAxis;
  title: string;
  of: 'energy' | 'predictorTrace';
  index: number;
}

function startsPanel(
  { summary, series }: DynamicsRun,
  { box, x, title, of, index }: StartsPanel,
  basins: BasinRows,
): Panel {
  const stable = levelsShown(summary, basins);
  const y = levelAxis(
    summary.predicted.stable.map((one) => one[of]),
    series.map((one) => one[of]),
  );
  const axes = { x, y };
  return {
    box,
    x,
    y,
    title: of === 'energy' ? title : `${title} Tr P`,
    names: { x: 'Time' },
    bars: false,
    series: [
      ...stable.map((one) => level(index, axes, one[of], { colour: PREDICTED, width: 1.2, z: 2 })),
      ...starts(summary.starts, basins, (i, style, rests) =>
        curve(index, axes, (series[i] as StartSeries).times, (series[i] as StartSeries)[of], style, rests),
      ),
    ],
    texts: levelNames(
      box,
      RIGHT.narrow,
      stable.map((one, i) => ({
        at: pixel(box, y, one[of]),
        text: basins.nameOf(one.modes),
        colour: basins.colourOf(one.modes),
        needed: i === 0 || basins.countOf(one.modes) > 0,
      })),
    ),
  };
}

/** More dashed lines hide the curves. */
const MOST_LEVELS = 6;

/** All stable equilibria, or of many the fullest and those at which starts ended. */
export function levelsShown({ predicted: { stable } }: DynamicsRun['summary'], { countOf }: BasinRows) {
  if (stable.length <= MOST_LEVELS) return stable;
  return stable.filter(({ modes }, i) => i === 0 || countOf(modes) > 0).slice(0, MOST_LEVELS);
}

/** Whether curves leave the frame of a panel for a good part of its height. */
export function leavesFrame({ y, box }: Panel, values: readonly ArrayLike<number>[]): boolean {
  const slack = 2 / box.height;
  const [low, high] = [y.min - slack * (y.max - y.min), y.max + slack * (y.max - y.min)];
  return values.some((curve) => {
    for (let i = 0; i < curve.length; i++) {
      const at = y.position(curve[i] as number);
      if (at < low || at > high) return true;
    }
    return false;
  });
}

/** More curves are a smear. */
export const MOST_CURVES = 100;

/** The first start last and thick, so that it lies on top. */
function starts(
  outcomes: readonly StartOutcome[],
  { colourOf }: BasinRows,
  draw: (index: number, style: { colour: string; width: number; opacity: number; z: number }, rests: boolean) => Item,
): Item[] {
  return outcomes.slice(0, MOST_CURVES).map((start, i) => {
    const settled = start.outcome !== 'unsettled';
    const colour = settled ? colourOf(start.modes) : UNSETTLED;
    return draw(
      i,
      i === 0 ? { colour, width: 2.8, opacity: 1, z: 5 } : { colour, width: 1.3, opacity: 0.6, z: 3 },
      settled,
    );
  });
}

/**
 * From the lowest to the highest level and end, and as far around as these are apart: a start may come from where a scale
 * that shows it would show nothing else. Where all end alike, the middle one of the starts sets the scale.
 */
function levelAxis(levels: readonly number[], curves: readonly ArrayLike<number>[]): ScaledAxis {
  const goals = [...levels, ...curves.map((values) => values[values.length - 1] as number)];
  const [low, high] = [Math.min(...goals), Math.max(...goals)];
  const alike = high - low <= ALIKE * Math.max(Math.abs(low), Math.abs(high));
  const away = curves.map((values) => Math.abs((values[0] as number) - low)).sort((a, b) => a - b);
  const room = alike ? 1.5 * (away[Math.floor(away.length / 2)] as number) : high - low;
  let [least, most] = [low, high];
  for (const values of curves) {
    for (let i = 0; i < values.length; i++) {
      least = Math.max(low - room, Math.min(least, values[i] as number));
      most = Math.min(high + room, Math.max(most, values[i] as number));
    }
  }
  return linearAxis(least, most);
}

function alignmentPanel({ summary, series }: DynamicsRun, box: Box, x: ScaledAxis, basins: BasinRows): Panel {
  const alignments = series.map(({ alignment }) => alignment as Float64Array);
  const y = ratioAxis(alignments.flatMap((values) => [...values]));
  return {
    box,
    x,
    y,
    title: 'Predictor misalignment',
    names: { x: 'Time', y: '‖PC − CP‖ / ‖P‖‖C‖' },
    bars: false,
    series: starts(summary.starts, basins, (i, style) =>
      curve(3, { x, y }, (series[i] as StartSeries).times, alignments[i] as Float64Array, style, false),
    ),
    texts: [],
  };
}

/** Room for the numbers behind the bars. */
const BEHIND_BARS = 1.55;

function basinPanel({ summary }: DynamicsRun, box: Box, { rows }: BasinRows, index: number): Panel {
  const most = Math.max(1, ...rows.map(({ count }) => count));
  const counts = countAxis(most);
  const x = { ...counts, max: most * BEHIND_BARS };
  const y = linearAxis(0, 1);
  const middle = (i: number) => box.top + ((i + 0.5) * box.height) / rows.length;
  const items = rows.map(({ count, colour, expected }) => ({ count, colour, open: !expected }));
  const end = (count: number) => box.left + (count / x.max) * box.width;
  return {
    box,
    x,
    y,
    title: 'Where starts ended',
    names: { x: 'Starts' },
    bars: true,
    series: [bars(index, box, x, items)],
    texts: rows.flatMap(({ name, count }, i) => [
      named(name, RIGHT.narrow - 8, [box.left - 8, middle(i)], 'right'),
      named(share(count, summary.starts.length), 100, [end(count) + 8, middle(i)], 'left'),
    ]),
  };
}

interface LevelName {
  at: number;
  text: string;
  colour: string;
  /** Others are named only where there is room. */
  needed: boolean;
}

/** At the right of a panel, each beside its level, or as near as the others let it. */
function levelNames(box: Box, width: number, names: readonly LevelName[]): Text[] {
  const inside = names.filter(({ at }) => at >= box.top - 1 && at <= box.top + box.height + 1);
  const needed = inside.filter((name) => name.needed).slice(0, Math.floor(box.height / NAME_GAP));
  const [low, high] = [box.top + 7, box.top + box.height - 7];
  const heights = spread(
    needed.map(({ at }) => at),
    NAME_GAP,
    low,
    high,
  );
  const placed = needed.map((name, i) => ({ ...name, at: heights[i] as number }));
  for (const name of inside) {
    const free = name.at > low && name.at < high && placed.every(({ at }) => Math.abs(at - name.at) >= NAME_GAP);
    if (!name.needed && free) placed.push(name);
  }
  return placed.map(({ at, text, colour }) => {
    const name = named(text, width - 8, [box.left + box.width + 6, at], 'left');
    return { ...name, style: { ...name.style, fill: inkOf(colour) } };
  });
}

function named(name: string, width: number, [x, y]: [number, number], align: 'left' | 'right'): Text {
  const { text, size } = fitted(name, width, NAME_FONT);
  const centred = label(text, x, y, size);
  return { ...centred, style: { ...centred.style, align } };
}
