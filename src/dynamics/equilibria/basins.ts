/** Where random starts end up. */
import { checkInteger } from '../../matrix/check.js';
import type { Matrix } from '../../matrix/matrix.js';
import { inStretches } from '../../runtime/turn.js';
import type {
  Basin,
  BasinOptions,
  BasinStatistics,
  Classification,
  Equilibrium,
  IntegrateOptions,
  RandomStart,
  Trajectory,
} from '../flow.js';
import { leastEnergy, type Theory } from './theory.js';

export const BASIN_OPTIONS = ['starts', 'seed', 'scale', 'maxSteps'];

export function readBasins(options: BasinOptions): {
  starts: RandomStart & { count: number };
  integration: IntegrateOptions;
} {
  const { starts, seed, scale, maxSteps } = options ?? {};
  checkInteger('starts', starts, { min: 1, max: 2 ** 31 - 1 });
  return {
    starts: { count: starts, seed, ...(scale !== undefined && { scale }) },
    integration: maxSteps === undefined ? {} : { maxSteps },
  };
}

/** How many classifications, some 50 µs each, are made in one turn of the event loop. */
const AT_ONCE = 32;

/** How often those that rest unstably are nudged: from one saddle they may come to the next. */
const ROUNDS = 5;

/** What the basins of a flow are found by. */
export interface Explorer {
  /** From random starts; or, later on, from given states. */
  integrate(starts?: readonly Matrix[]): Promise<readonly Trajectory[]>;
  judge(state: Matrix): Classification;
  /** The end of start i, a little beside. */
  nudge(state: Matrix, i: number, round: number): Matrix;
}

/**
 * A mode that decays for long underflows, or is lost in the rounding of an implicit step, and cannot grow again when its time
 * comes: such trajectories end at an equilibrium that no random start would end at. They are nudged, and go on.
 */
export async function basinsOf(
  { integrate, judge, nudge }: Explorer,
  theory: Theory,
  signal: AbortSignal | undefined,
): Promise<BasinStatistics> {
  const classified = async (trajectories: readonly Trajectory[]) => {
    const verdicts: (Classification | undefined)[] = [];
    await inStretches(trajectories.length, AT_ONCE, (from, to) => {
      signal?.throwIfAborted();
      for (const { reason, final } of trajectories.slice(from, to))
        verdicts.push(reason === 'steady' ? judge(final) : undefined);
    });
    return verdicts;
  };
  const trajectories = [...(await integrate())];
  const ends = await classified(trajectories);
  for (let round = 1; round <= ROUNDS; round++) {
    const resting = [...ends.keys()].filter((i) => ends[i]?.equilibrium.verdict === 'unstable');
    if (resting.length === 0) break;
    const again = await integrate(resting.map((i) => nudge((trajectories[i] as Trajectory).final, i, round)));
    const verdicts = await classified(again);
    resting.forEach((start, i) => {
      trajectories[start] = again[i] as Trajectory;
      ends[start] = verdicts[i];
    });
  }
  return statisticsOf(ends, theory);
}

/** @param ends undefined where a start has not settled */
function statisticsOf(ends: readonly (Classification | undefined)[], theory: Theory): BasinStatistics {
  const verdicts = ends.filter((end) => end !== undefined);
  const starts = ends.length;
  const least = leastEnergy(theory);
  const share = (holds: (verdict: Classification) => boolean) => verdicts.filter(holds).length / starts;
  return {
    starts,
    basins: basinsByCount(verdicts, starts),
    unsettled: starts - verdicts.length,
    collapsed: share(({ collapsed }) => collapsed),
    partial: share(({ partial }) => partial),
    global: share(({ equilibrium }) => equilibrium.energy - least <= 1e-9 * Math.abs(least)),
  };
}

function basinsByCount(verdicts: readonly Classification[], starts: number): Basin[] {
  const found = new Map<string, { equilibrium: Equilibrium; count: number }>();
  for (const { equilibrium } of verdicts) {
    const key = equilibrium.modes.map(({ index, root }) => `${index} ${root}`).join();
    const entry = found.get(key);
    if (entry === undefined) found.set(key, { equilibrium, count: 1 });
    else entry.count++;
  }
  return [...found.values()]
    .map(({ equilibrium, count }) => ({ equilibrium, count, share: count / starts }))
    .sort((a, b) => b.count - a.count);
}
