import type { StudyCell } from '../../src/study/cell.js';
import type { Problem } from '../../src/study/protocol.js';

export interface Grid {
  noise?: number[];
  theta?: number[];
  k?: number[];
  alpha?: number[];
  n?: number[];
  seeds?: number;
}

const PROBLEMS: Problem[] = ['supervised', 'joint-embedding', 'reconstruction'];
const SIZES = Array.from({ length: 10 }, (_, j) => 100 * 2 ** j);

/** A study in the likeness of the real one on MNIST: distances fall like 1/n, or stay where α is below its threshold. */
export function studyCells(grid: Grid = {}): StudyCell[] {
  const { noise = [1e3, 1e6], theta = [1e4], k = [50], alpha = [0.1, 1, 10], n = SIZES, seeds = 3 } = grid;
  const cells: StudyCell[] = [];
  for (const regime of product(noise, theta, k)) {
    for (const problem of PROBLEMS) {
      for (const oneAlpha of alpha) {
        for (let seed = 0; seed < seeds; seed++) {
          for (const size of n) cells.push(cell(problem, regime, oneAlpha, size, seed, cells.length));
        }
      }
    }
  }
  return cells;
}

function product(noises: number[], thetas: number[], ks: number[]) {
  return noises.flatMap((noise) => thetas.flatMap((theta) => ks.map((k) => ({ noise, theta, k }))));
}

function cell(
  problem: Problem,
  regime: { noise: number; theta: number; k: number },
  alpha: number,
  n: number,
  seed: number,
  index: number,
): StudyCell {
  const threshold = thresholdOf(problem, regime.noise, regime.theta, seed);
  const recovers = threshold === null || alpha ** 2 > threshold;
  const fall = (1 + Math.log10(1 + regime.noise) / 3) / (1 + alpha);
  const stays = recovers ? 0 : 0.2 * Math.min(1, ((threshold ?? 0) / 150) ** 0.3);
  return {
    problem,
    ...regime,
    alpha,
    n,
    seed,
    distance: (stays + (3 * fall) / n) * jitter(index),
    // Missed means at a right angle, but for what chance leaves.
    angle: recovers ? Math.min(1, (fall / Math.sqrt(n)) * jitter(index + 1)) : 1 - 0.02 * jitter(index + 1),
    threshold,
    recovers,
  };
}

/** Signed α², of the form theory gives: rising with the noise level, negative where it is weak. */
export function thresholdOf(problem: Problem, noise: number, theta: number, seed: number): number | null {
  const shift = 1 + 0.15 * seed;
  if (problem === 'supervised') return null;
  if (problem === 'reconstruction') return (1.3e-4 * noise * shift * theta) / 1e4 - 0.95;
  return (0.75 * shift * theta) / 1e4 - (600 * (1 + seed / 4)) / (noise + 1);
}

/** A factor in [0.6, 1.6), scattered by the golden ratio: no generator, no state. */
function jitter(index: number): number {
  return 0.6 + ((index * 0.6180339887498949) % 1);
}
