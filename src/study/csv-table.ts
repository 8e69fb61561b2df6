import type { CellCoordinates, FailedCell, StudyCell } from './cell.js';
import { inGridOrder } from './order.js';

const COLUMNS = [
  'problem',
  'noise',
  'theta',
  'k',
  'alpha',
  'n',
  'seed',
  'distance',
  'angle',
  'threshold',
  'recovers',
  'error',
];

/**
 * The whole study as CSV (RFC 4180): a header and a line per cell, finished or failed, in the order of the grid. What a
 * cell lacks is empty; numbers have all their digits.
 */
export function cellsCsv(cells: Iterable<StudyCell>, failures: Iterable<FailedCell>): string {
  const lines = inGridOrder<StudyCell | FailedCell>([...cells, ...failures]).map((cell) => [
    ...coordinates(cell),
    ...('error' in cell
      ? ['', '', '', '', `${cell.error.code}: ${cell.error.message}`]
      : [cell.distance, cell.angle, cell.threshold ?? '', cell.recovers ?? '', '']),
  ]);
  return [COLUMNS, ...lines].map((line) => `${line.map((value) => field(String(value))).join(',')}\r\n`).join('');
}

function coordinates({ problem, noise, theta, k, alpha, n, seed }: CellCoordinates) {
  return [problem, noise, theta, k, alpha, n, seed];
}

function field(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
