import type { FigureCell } from '../../src/report/study-figure.js';

const ALPHAS = [0.1, 1, 10];

/** A study in the likeness of the real one on MNIST: distances fall like 1/n, or stay where α is below its threshold. */
export function studyCells(): FigureCell[] {
  const cells: FigureCell[] = [];
  for (const noise of ['weak', 'strong'] as const) {
    for (const problem of ['supervised', 'joint-embedding', 'reconstruction'] as const) {
      for (const alpha of ALPHAS) {
        for (let seed = 0; seed < 3; seed++) {
          for (let j = 0; j < 10; j++) {
            const n = 100 * 2 ** j;
            const distance = (plateau(problem, noise, alpha) + start(problem, noise, alpha) / n) * jitter(cells.length);
            cells.push({ problem, noise, alpha, n, seed, distance, angle: Math.min(1, Math.sqrt(distance)) });
          }
        }
      }
    }
  }
  return cells;
}

function plateau(problem: FigureCell['problem'], noise: FigureCell['noise'], alpha: number): number {
  if (problem === 'joint-embedding' && alpha < 1) return noise === 'strong' ? 0.22 : 8e-4;
  if (problem === 'reconstruction' && noise === 'strong') return { 0.1: 0.2, 1: 0.16 }[alpha] ?? 4e-4;
  return 0;
}

function start(problem: FigureCell['problem'], noise: FigureCell['noise'], alpha: number): number {
  return (
    ({ supervised: 8, 'joint-embedding': 3, reconstruction: 1.5 }[problem] * (noise === 'strong' ? 2 : 1)) /
    (1 + alpha / 4)
  );
}

/** A factor in [0.6, 1.6), scattered by the golden ratio: no generator, no state. */
function jitter(index: number): number {
  return 0.6 + ((index * 0.6180339887498949) % 1);
}
