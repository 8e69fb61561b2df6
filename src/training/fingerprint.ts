/** What must be the same for a run to be the same: data and views by what they are, not by their names. */
import { createHash, type Hash } from 'node:crypto';
import { EigenviewError } from '../errors.js';
import type { Matrix } from '../matrix/matrix.js';
import { normal, STREAMS } from '../runtime/random.js';
import type { DrawnStep } from '../views/view-process.js';

/** Values that JSON can hold, by the name of what they are of. */
export type Fingerprint = Readonly<Record<string, unknown>>;

/** Rows that stand for the data: a guard against mistakes, not a proof. */
const ROWS_HASHED = 16;

const DIGITS = 32;

export function rowsFingerprint(rows: Matrix): unknown {
  const stride = Math.max(1, Math.floor(rows.rows / ROWS_HASHED));
  const hash = createHash('sha256');
  for (let i = 0; i < rows.rows; i += stride) hash.update(Float64Array.from(rows.row(i)));
  return [rows.rows, rows.cols, digest(hash)];
}

export function matrixFingerprint({ data }: Matrix): unknown {
  return digest(createHash('sha256').update(data));
}

/**
 * @param value what is in it may be the caller's
 * @throws EigenviewError `INVALID_ARGUMENT` for what JSON cannot hold
 */
export function jsonFingerprint(argument: string, value: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(value));
  } catch (cause) {
    throw new EigenviewError('INVALID_ARGUMENT', `${argument} cannot be written into a checkpoint.`, {
      argument,
      expected: 'made of numbers, words and matrices',
      cause,
    });
  }
}

/** Of a process: its steps with their numbers, to the last bit, and what is known of the roots among them. */
interface ViewsFingerprint {
  name: string;
  steps: string;
  roots: number[][];
}

/**
 * How views are drawn, functions of the caller's left out. Roots of covariances agree between backends to rounding only
 * (to its own root, where the covariance is singular): they are told by {@link projections}.
 */
export function viewsFingerprint(name: string, step: DrawnStep): unknown {
  const hash = createHash('sha256');
  const roots: number[][] = [];
  addStep(hash, roots, step);
  return { name, steps: digest(hash), roots } satisfies ViewsFingerprint;
}

/** As fractions of a root's norm. */
const TOLERANCE = 1e-6;

/** @param before read from a file */
export function sameViews(before: unknown, now: unknown): boolean {
  const [a, b] = [before, now] as [Partial<ViewsFingerprint> | null, ViewsFingerprint];
  if (a?.name !== b.name || a.steps !== b.steps || !Array.isArray(a.roots)) return false;
  const [first, second] = [a.roots.flat(), b.roots.flat()];
  if (first.length !== second.length) return false;
  const norms = b.roots.flatMap(([norm = 0, ...others]) => [norm, ...others.map(() => norm)]);
  return first.every((value, i) => Math.abs(value - (second[i] as number)) <= TOLERANCE * (norms[i] as number));
}

function addStep(hash: Hash, roots: number[][], step: DrawnStep): void {
  if (step.kind === 'custom') {
    hash.update(`custom ${step.output};`);
    return;
  }
  const { kind, numbers, steps = [] } = step;
  const name = 'name' in step ? step.name : '';
  hash.update(`${kind} ${name} ${numbers.length} ${steps.length};`);
  if (kind === 'correlatedNoise') roots.push(projections(numbers));
  else hash.update(numbers);
  for (const below of steps) addStep(hash, roots, below);
}

const PROJECTIONS = 4;

/**
 * ‖R‖ and uᵀ R w for a few pairs of normal vectors, fixed: of two d×d roots that differ by Δ these differ by about ‖Δ‖.
 * O(d²).
 */
function projections(root: Float64Array): number[] {
  const d = Math.sqrt(root.length);
  const norm = Math.sqrt(root.reduce((sum, x) => sum + x * x, 0));
  const values = Array.from({ length: PROJECTIONS }, (_, p) => {
    const u = normal(0, 2 * p, STREAMS.start, new Float64Array(d));
    const w = normal(0, 2 * p + 1, STREAMS.start, new Float64Array(d));
    return root.reduce((sum, x, at) => sum + (u[Math.floor(at / d)] as number) * x * (w[at % d] as number), 0);
  });
  return [norm, ...values];
}

function digest(hash: Hash): string {
  return hash.digest('hex').slice(0, DIGITS);
}
