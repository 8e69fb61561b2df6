import { createHash } from 'node:crypto';
import type { CellCoordinates } from './cell.js';
import type { StudyDataset } from './dataset.js';

/** Raised when the same inputs give other numbers than before, so that older results are not mistaken for new ones. */
const FORMAT = 1;

/** The identity of a cell: a hash of everything its numbers depend on, and of nothing else in the study. */
export function cellKey(dataset: Pick<StudyDataset, 'id'>, noiseDims: number, cell: CellCoordinates): string {
  const { problem, noise, theta, k, alpha, n, seed } = cell;
  return digest([FORMAT, dataset.id, noiseDims, problem, noise, theta, k, alpha, n, seed]);
}

/** 128 bits of SHA-256 over the JSON of plain values, in hexadecimal. */
export function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32);
}
