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

export async function basinsOf(
  trajectories: readonly Trajectory[],
  theory: Theory,
  judge: (state: Matrix) => Classification,
  signal: AbortSignal | undefined,
): Promise<BasinStatistics> {
  const settled = trajectories.filter(({ reason }) => reason === 'steady');
  const verdicts: Classification[] = [];
  await inStretches(settled.length, AT_ONCE, (from, to) => {
    signal?.throwIfAborted();
    for (const { final } of settled.slice(from, to)) verdicts.push(judge(final));
  });
  const starts = trajectories.length;
  const least = leastEnergy(theory);
  const share = (holds: (verdict: Classification) => boolean) => verdicts.filter(holds).length / starts;
  return {
    starts,
    basins: basinsByCount(verdicts, starts),
    unsettled: starts - settled.length,
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
