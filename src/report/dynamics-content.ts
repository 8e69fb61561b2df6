/** What a figure of the dynamics shows, as numbers: which modes, which basins, which levels. */
import { modeNumbers, modesKey, modesName, type Ties } from './dynamics-names.js';
import type { DynamicsRun, DynamicsSummary, StartSeries } from './dynamics-run.js';
import { plain, significant } from './numbers.js';
import { pen } from './palette.js';
import { textWidth } from './text.js';

/** More colours are hard to tell apart. */
const MOST_MODES = 6;
const MOST_ROWS = 7;
/** A mode that never came this near to the largest is not told from the others. */
const VISIBLE = 0.02;

/** Tol's muted scheme, safe for colour-blind readers and apart from that of the modes; one for each row. */
const BASINS = ['#332288', '#117733', '#999933', '#aa4499', '#44aa99', '#cc6677', '#88ccee'] as const;
const COLLAPSED = '#882255';
export const UNSETTLED = '#8c8c8c';
export const OTHERS = '#c4c4c4';

/** One mode, or all of equal correlation, whose amplitude together no rotation among them changes. */
export interface ShownMode {
  indices: readonly number[];
  colour: string;
  name: string;
}

/**
 * Those of the fullest stable equilibrium and those that the start held, then the rest by correlation: what survives, and what
 * competes for a place.
 */
export function shownModes({ summary, series }: DynamicsRun): ShownMode[] {
  const { correlations, levels, predicted, starts } = summary;
  const units = unitsOf(summary);
  const first = series[0] as StartSeries;
  const peaks = new Map(units.map((unit) => [unit, Math.max(...together(first, unit))]));
  const visible = VISIBLE * Math.max(...peaks.values());
  const kept = [...(predicted.stable[0]?.modes ?? []), ...(starts[0]?.modes ?? [])];
  const held = units.filter((unit) => unit.some((index) => kept.includes(index)));
  const size = ([index = 0]: readonly number[]) => Math.abs(correlations[index] as number);
  const admitted = ([index = 0]: readonly number[]) => (levels[index] === null ? 0 : 1);
  const rest = units
    .filter((unit) => (peaks.get(unit) as number) > visible)
    .sort((a, b) => admitted(b) - admitted(a) || size(b) - size(a));
  const chosen = [...new Set([...held, ...rest])].slice(0, MOST_MODES);
  const ordered = chosen.sort((a, b) => (a[0] as number) - (b[0] as number));
  const letter = summary.flow.kind === 'deep-linear' ? 'ρ' : 's';
  return ordered.map((indices, i) => ({
    indices,
    colour: pen(i, ordered.length, 0).colour,
    name: `${modesName(indices)}, ${letter} = ${significant(correlations[indices[0] as number] as number)}`,
  }));
}

/** Every mode once, tied ones together. */
export function unitsOf({ correlations, ties }: Pick<DynamicsSummary, 'correlations' | 'ties'>): (readonly number[])[] {
  const alone = correlations.flatMap((_, index) => (ties.some((tie) => tie.includes(index)) ? [] : [[index]]));
  return [...ties, ...alone];
}

/** Amplitude against time of modes taken together: the norm over them. */
export function together({ amplitudes }: StartSeries, indices: readonly number[]): number[] {
  return amplitudes.map((values) => Math.hypot(...indices.map((index) => values[index] as number)));
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
  /** Stable equilibria that have no row, at none of which a start ended. */
  unvisited: number;
  /** Names are bare numbers of modes. */
  numbered: boolean;
  colourOf(modes: readonly number[]): string;
  nameOf(modes: readonly number[]): string;
  countOf(modes: readonly number[]): number;
}

/** Predicted and observed ends, those with most modes on top, then the starts that are not at rest. */
export function basinRows({ predicted, basins, outcomes, ties }: DynamicsSummary): BasinRows {
  const keyOf = (modes: readonly number[]) => modesKey(modes, ties);
  const counts = new Map<string, number>();
  for (const { modes, count } of basins) counts.set(keyOf(modes), (counts.get(keyOf(modes)) ?? 0) + count);
  const all = new Map([...predicted.stable, ...basins].map((one) => [keyOf(one.modes), one]));
  const ranked = [...all.values()].sort((a, b) => b.modes.length - a.modes.length || a.energy - b.energy);
  const countOf = (modes: readonly number[]) => counts.get(keyOf(modes)) ?? 0;
  const kept = new Set([...ranked].sort((a, b) => countOf(b.modes) - countOf(a.modes)).slice(0, MOST_ROWS));
  const shown = ranked.filter((one) => kept.has(one));
  const colours = new Map<string, string>();
  for (const { modes } of shown)
    colours.set(keyOf(modes), modes.length === 0 ? COLLAPSED : (BASINS[colours.size % BASINS.length] as string));
  const { nameOf, numbered } = namesOf(
    ranked.map(({ modes }) => modes),
    ties,
  );
  const rows = shown.map((one) => ({
    name: nameOf(one.modes),
    count: countOf(one.modes),
    colour: colours.get(keyOf(one.modes)) as string,
    expected: one.verdict !== 'unstable',
  }));
  const settled = basins.reduce((sum, { count }) => sum + count, 0);
  const moving = { name: 'moving', count: outcomes.unsettled, colour: UNSETTLED, expected: true };
  return {
    rows: outcomes.unsettled > 0 ? [...rows, moving] : rows,
    left: settled - rows.reduce((sum, { count }) => sum + count, 0),
    unvisited: ranked.filter((one) => !kept.has(one) && countOf(one.modes) === 0).length,
    colourOf: (modes) => colours.get(keyOf(modes)) ?? OTHERS,
    numbered,
    nameOf,
    countOf,
  };
}

/** Of the margins of the lower panels, in pixels; and the smallest letters there. */
const NAME_WIDTH = 90;
const SMALLEST = 12;

/** For narrow margins: as in sentences, or by bare numbers, or by how many they are, whichever of these fits for all of them. */
function namesOf(all: readonly (readonly number[])[], ties: Ties): Pick<BasinRows, 'nameOf' | 'numbered'> {
  const fits = (name: string) => textWidth(name, SMALLEST) <= NAME_WIDTH;
  const numbered = !all.every((modes) => fits(modesName(modes, ties)));
  const name = numbered ? modeNumbers : modesName;
  const names = new Map<string, string>();
  for (const modes of all) {
    const whole = modes.length === 0 ? 'none' : name(modes, ties);
    names.set(modesKey(modes, ties), fits(whole) ? whole : `${modes.length} modes ${letter(names.size)}`);
  }
  return { numbered, nameOf: (modes) => names.get(modesKey(modes, ties)) ?? name(modes, ties) };
}

/** a to z, then a1 and so on. */
function letter(index: number): string {
  const round = Math.floor(index / 26);
  return `${String.fromCharCode(97 + (index % 26))}${round === 0 ? '' : round}`;
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
