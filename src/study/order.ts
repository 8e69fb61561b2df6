import { PROBLEMS, type Problem } from './protocol.js';
import type { Regime } from './summary.js';

/** Some of a cell's coordinates: two things that lack the same ones are compared by the others. */
interface Place extends Regime {
  problem?: Problem;
  alpha?: number;
  n?: number;
  seed: number;
}

/** The order of every list of a summary: by noise, Θ, k, problem, α, n, seed. */
export function inGridOrder<T extends Place>(items: Iterable<T>): T[] {
  return [...items].sort(compare);
}

/** Items by a key, in the order in which keys first occur. */
export function groupBy<K, T>(items: Iterable<T>, key: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return groups;
}

export function regimeOf({ noise, theta, k }: Regime): Regime {
  return { noise, theta, k };
}

export function regimeKey({ noise, theta, k }: Regime): string {
  return `${noise} ${theta} ${k}`;
}

function compare(a: Place, b: Place): number {
  return (
    a.noise - b.noise ||
    a.theta - b.theta ||
    a.k - b.k ||
    rank(a) - rank(b) ||
    (a.alpha ?? 0) - (b.alpha ?? 0) ||
    (a.n ?? 0) - (b.n ?? 0) ||
    a.seed - b.seed
  );
}

function rank({ problem }: Place): number {
  return problem === undefined ? -1 : PROBLEMS.indexOf(problem);
}
