/** The tables of a report on the dynamics. */
import { FLOW_NAMES, modeName, modesKey, modesName, type Ties } from './dynamics-names.js';
import type { DynamicsSummary, EquilibriumFacts, ObservedBasin, Outcome } from './dynamics-run.js';
import { energyName } from './dynamics-terms.js';
import { facts, type Html, table } from './html.js';
import { counted, list, plain, significant } from './numbers.js';
import { NONE, note } from './report-tables.js';

/** Rows beyond this are left to summary.json. */
const MOST_ROWS = 200;
/** Amplitudes beyond this are left to summary.json. */
const MOST_AMPLITUDES = 8;

export const OUTCOME_NAMES: Record<Outcome, string> = {
  full: 'all that can be held',
  partial: 'partially collapsed',
  collapsed: 'collapsed',
  unsettled: 'not at rest',
};

/** Each canonical mode: its correlation and the amplitude at which theory lets it rest. */
export function modeTable({ correlations, levels, predicted, starts, flow, ties }: DynamicsSummary): Html {
  const deep = flow.kind === 'deep-linear';
  const best = predicted.stable[0]?.modes ?? [];
  const shown = correlations.slice(0, MOST_ROWS);
  return table({
    id: 'modes',
    caption: deep
      ? `Features: ρ = E[xy]/E[x²], the limit of the feature’s weight, and how many starts learned it.${left(correlations)}`
      : `Canonical modes: correlation s of the views, the amplitude at which theory lets the mode rest, and how many starts kept it.${tieNote(ties)}${left(correlations)}`,
    columns: [
      { name: deep ? 'Feature' : 'Mode' },
      { name: deep ? 'ρ' : 's', numeric: true },
      { name: deep ? 'limit' : 'amplitude', numeric: true },
      { name: 'in the fullest stable equilibrium' },
      { name: 'kept by', numeric: true },
    ],
    rows: shown.map((s, index) => [
      modeName(index),
      significant(s),
      levels[index] === null || levels[index] === undefined ? NONE : significant(levels[index]),
      inBest(index, best, ties),
      counted(starts.filter(({ modes, outcome }) => outcome !== 'unsettled' && modes.includes(index)).length, 'start'),
    ]),
  });
}

function tieNote(ties: Ties): string {
  return ties.length === 0 ? '' : ' Of modes of equal correlation any rotation would do; starts are counted by one.';
}

/** Such as “yes”, or how many of a tie. */
function inBest(index: number, best: readonly number[], ties: Ties): string {
  const tie = ties.find((group) => group.includes(index));
  const held = tie?.filter((other) => best.includes(other)).length ?? 0;
  if (tie !== undefined && held > 0 && held < tie.length) return `${held} of ${modesName(tie)}`;
  return best.includes(index) ? 'yes' : 'no';
}

export function predictedTable({ predicted: { stable }, flow, basins, ties }: DynamicsSummary): Html {
  if (stable.length === 0) return note('None is known in closed form.');
  const counts = new Map(basins.map(({ modes, count }) => [modesKey(modes, ties), count]));
  return table({
    id: 'equilibria',
    caption: `Stable equilibria, as theory predicts them${flow.kind === 'deep-linear' ? '' : '; those of one row differ by a rotation'}.${left(stable)}`,
    columns: [...equilibriumColumns(flow), { name: 'starts', numeric: true }],
    rows: stable
      .slice(0, MOST_ROWS)
      .map((one) => [...equilibriumCells(one, ties), String(counts.get(modesKey(one.modes, ties)) ?? 0)]),
  });
}

export function basinTable({ basins, flow, starts, ties }: DynamicsSummary): Html {
  if (basins.length === 0) return note('No start came to rest.');
  return table({
    id: 'basins',
    caption: `Where ${counted(starts.length, 'random start')} came to rest. The Jacobian at one of them has so many unstable, neutral and stable directions${flow.kind === 'deep-linear' ? '' : '; as many neutral ones as the rotations that change nothing are expected, more where a part of a tie is held'}.`,
    columns: [
      ...equilibriumColumns(flow),
      { name: 'starts', numeric: true },
      { name: 'theory' },
      { name: 'Jacobian' },
      ...['unstable', 'neutral', 'stable'].map((name) => ({ name, numeric: true })),
    ],
    rows: basins.map((basin) => [
      ...equilibriumCells(basin, ties),
      String(basin.count),
      basin.attracts && basin.verdict !== 'stable' ? 'stable up to a tie' : basin.verdict,
      ...jacobianCells(basin),
    ]),
  });
}

function equilibriumColumns(flow: DynamicsSummary['flow']) {
  return [
    { name: flow.kind === 'deep-linear' ? 'Features' : 'Modes' },
    { name: 'amplitudes', numeric: true },
    { name: energyName(flow), numeric: true },
    { name: 'Tr P', numeric: true },
  ];
}

function equilibriumCells({ modes, amplitudes, energy, predictorTrace }: EquilibriumFacts, ties: Ties): string[] {
  const more = amplitudes.length > MOST_AMPLITUDES ? ', …' : '';
  const levels = `${list(amplitudes.slice(0, MOST_AMPLITUDES), significant)}${more}`;
  return [modesName(modes, ties), levels === '' ? NONE : levels, significant(energy), significant(predictorTrace)];
}

function jacobianCells({ jacobian }: ObservedBasin): string[] {
  if (jacobian === null) return ['too large', NONE, NONE, NONE];
  const { unstable, neutral, stable, orbit, verdict } = jacobian;
  return [verdict, String(unstable), `${neutral} of ${orbit}`, String(stable)];
}

export function startTable({ starts, flow, ties, config }: DynamicsSummary): Html {
  return table({
    id: 'starts',
    caption: `Each start, start i being sample i − 1 of seed ${valueText(config.seed ?? 0)}: how it ended, at which modes, after which time, and how far from the nearest equilibrium.${left(starts)}`,
    columns: [
      { name: 'Start', numeric: true },
      { name: 'ended' },
      { name: 'modes' },
      ...[energyName(flow), 'Tr P', 'time', 'steps', 'distance'].map((name) => ({ name, numeric: true })),
      { name: 'as predicted' },
    ],
    rows: starts
      .slice(0, MOST_ROWS)
      .map((one) => [
        String(one.start),
        OUTCOME_NAMES[one.outcome],
        modesName(one.modes, ties),
        ...[one.energy, one.predictorTrace, one.time].map(significant),
        String(one.steps.accepted),
        significant(one.distance),
        one.agrees === null ? 'undecided' : one.agrees ? 'yes' : 'no',
      ]),
  });
}

/** What was asked for, as summary.json has it. */
export function configFacts({ config, pair, flow }: DynamicsSummary): Html {
  const asked = Object.entries(config).flatMap(([name, value]): [string, string][] =>
    value === null || value === undefined ? [] : [[name, valueText(value)]],
  );
  return facts('What was asked', [
    ['Views', `${pairName(pair)}${pair.exchangeable ? '' : ', not exchangeable'}`],
    ...viewFacts(pair),
    ['Flow', FLOW_NAMES[flow.kind]],
    ['State', `${flow.k}×${flow.columns}`],
    ['Natural rate and amplitude', `${significant(flow.rate)}, ${significant(flow.amplitude)}`],
    ...asked.filter(([name]) => name !== 'flow'),
  ]);
}

/** With true minus signs; names of data are left as they are. */
export function pairName({ name, data }: DynamicsSummary['pair']): string {
  return data === undefined ? name.replace(/(?<![\w-])-(?=\d)/g, '−') : name;
}

function viewFacts({ data }: DynamicsSummary['pair']): [string, string][] {
  if (data === undefined) return [];
  const { images, samples } = data;
  return [
    ['Images used', plain(images)],
    ['Moments', samples === null ? 'exact' : `estimated from ${samples} views drawn of each image`],
  ];
}

function valueText(value: unknown): string {
  if (typeof value === 'number') return plain(value);
  return Array.isArray(value) ? value.map(valueText).join(', ') : String(value);
}

function left(items: readonly unknown[]): string {
  const more = items.length - MOST_ROWS;
  return more > 0 ? ` The first ${MOST_ROWS}; ${more} more are in summary.json.` : '';
}
