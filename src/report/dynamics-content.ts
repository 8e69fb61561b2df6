/** What a figure of the dynamics shows, as numbers: which modes, which basins, which levels. */
import { modeName, modesKey, modesName } from './dynamics-names.js';
import type { DynamicsRun, DynamicsSummary, StartSeries } from './dynamics-run.js';
import { plain, significant } from './numbers.js';
import { pen } from './palette.js';

/** More colours are hard to tell apart. */
const MOST_MODES = 6;
const MOST_ROWS = 7;
/** A mode that never came this near to the largest is not told from the others. */
const VISIBLE = 0.02;

/** Tol's muted scheme, safe for colour-blind readers and apart from that of the modes. */
const BASINS = ['#332288', '#117733', '#999933', '#aa4499', '#44aa99', '#cc6677'] as const;
const COLLAPSED = '#882255';
export const UNSETTLED = '#8c8c8c';
export const OTHERS = '#c4c4c4';

export interface ShownMode {
  index: number;
  colour: string;
  name: string;
}

/** Those of the fullest stable equilibrium and those that the start held, then the largest of the rest. */
export function shownModes({ summary, series }: DynamicsRun): ShownMode[] {
  const peaks = peakAmplitudes(series[0] as StartSeries, summary.correlations.length);
  const visible = VISIBLE * Math.max(...peaks);
  const first = [...(summary.predicted.stable[0]?.modes ?? []), ...(summary.starts[0]?.modes ?? [])];
  const rest = peaks.map((_, index) => index).sort((a, b) => (peaks[b] as number) - (peaks[a] as number));
  const ordered = [...new Set([...first, ...rest.filter((index) => (peaks[index] as number) > visible)])];
  const chosen = ordered.slice(0, MOST_MODES).sort((a, b) => a - b);
  return chosen.map((index, i) => ({
    index,
    colour: pen(i, chosen.length, 0).colour,
    name: `${modeName(index)}, s = ${significant(summary.correlations[index] as number)}`,
  }));
}

export function peakAmplitudes({ amplitudes }: StartSeries, modes: number): number[] {
  return Array.from({ length: modes }, (_, i) =>
    amplitudes.reduce((most, values) => Math.max(most, values[i] as number), 0),
  );
}

export interface BasinRow {
  name: string;
  count: number;
  colour: string;
  /** Theory knows it as stable, or as undecided. */
  expected: boolean;
}

export interface BasinRows {
  rows: BasinRow[];
  /** Starts in basins that have no row. */
  left: number;
  colourOf(modes: readonly number[]): string;
  countOf(modes: readonly number[]): number;
}

/** Predicted and observed ends, those with most modes on top, then the starts that are not at rest. */
export function basinRows({ predicted, basins, outcomes }: DynamicsSummary): BasinRows {
  const counts = new Map(basins.map(({ modes, count }) => [modesKey(modes), count]));
  const all = new Map([...predicted.stable, ...basins].map((one) => [modesKey(one.modes), one]));
  const ranked = [...all.values()].sort((a, b) => b.modes.length - a.modes.length || a.energy - b.energy);
  const colours = new Map<string, string>();
  for (const { modes } of ranked) {
    const colour = modes.length === 0 ? COLLAPSED : (BASINS[colours.size % BASINS.length] as string);
    colours.set(modesKey(modes), colour);
  }
  const countOf = (modes: readonly number[]) => counts.get(modesKey(modes)) ?? 0;
  const kept = new Set([...ranked].sort((a, b) => countOf(b.modes) - countOf(a.modes)).slice(0, MOST_ROWS));
  const rows = ranked
    .filter((one) => kept.has(one))
    .map((one) => ({
      name: shortName(one.modes),
      count: countOf(one.modes),
      colour: colours.get(modesKey(one.modes)) as string,
      expected: one.verdict !== 'unstable',
    }));
  const shown = rows.reduce((sum, { count }) => sum + count, 0);
  const settled = basins.reduce((sum, { count }) => sum + count, 0);
  const moving = { name: 'moving', count: outcomes.unsettled, colour: UNSETTLED, expected: true };
  return {
    rows: outcomes.unsettled > 0 ? [...rows, moving] : rows,
    left: settled - shown,
    colourOf: (modes) => colours.get(modesKey(modes)) ?? UNSETTLED,
    countOf,
  };
}

/** For the narrow margins of a panel. */
export function shortName(modes: readonly number[]): string {
  return modes.length === 0 ? 'none' : modesName(modes);
}

/** Such as 13 (54 %). */
export function share(count: number, all: number): string {
  return count === 0 ? '0' : `${count} (${plain(Math.round((100 * count) / all))} %)`;
}

/** Letters in a colour, dark enough to read on white. */
export function inkOf(colour: string): string {
  const channels = [1, 3, 5].map((at) => Math.round(0.6 * Number.parseInt(colour.slice(at, at + 2), 16)));
  return `#${channels.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}
