import type { StudyCell } from '../study/alignment-study.js';
import { NOISES, type Noise, type Problem } from '../study/protocol.js';

/** The thresholds in words: what alignment each method needs at each noise level, over the seeds. */
export function verdicts(cells: readonly StudyCell[]): string {
  return NOISES.filter((noise) => cells.some((cell) => cell.noise === noise))
    .map((noise) => sentence(cells, noise))
    .join('\n');
}

function sentence(cells: readonly StudyCell[], noise: Noise): string {
  const rc = thresholds(cells, noise, 'reconstruction');
  const je = thresholds(cells, noise, 'joint-embedding');
  const name = `${noise[0]?.toUpperCase()}${noise.slice(1)} noise:`.padEnd(14);
  return `${name} reconstruction ${need(rc)}, joint embedding ${need(je)}: prefer ${preference(rc, je)}.`;
}

/** One signed α² a seed. */
function thresholds(cells: readonly StudyCell[], noise: Noise, problem: Problem): number[] {
  const bySeed = new Map<number, number>();
  for (const cell of cells) {
    if (cell.noise === noise && cell.problem === problem && cell.threshold !== null)
      bySeed.set(cell.seed, cell.threshold);
  }
  return [...bySeed.values()];
}

function need(squares: readonly number[]): string {
  const alphas = squares.map((square) => Math.sqrt(Math.max(0, square)));
  const [low, high] = [Math.min(...alphas), Math.max(...alphas)];
  if (Math.max(...squares) < 0) return 'recovers the signal at every alpha';
  const range = low.toFixed(2) === high.toFixed(2) ? low.toFixed(2) : `${low.toFixed(2)} to ${high.toFixed(2)}`;
  return `needs alpha > ${range}`;
}

function preference(rc: readonly number[], je: readonly number[]): string {
  if (rc.every((square, i) => square < (je[i] as number))) return 'reconstruction';
  return rc.every((square, i) => square > (je[i] as number)) ? 'joint embedding' : 'neither, it depends on the seed';
}
