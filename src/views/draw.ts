/** Drawing views by a tree of steps, some of which may be functions of the caller's. */
import type { Backend } from '../backends/backend.js';
import { uniform } from '../backends/js/views/draw.js';
import { choose } from '../backends/js/views/step.js';
import type { Control } from '../backends/linalg.js';
import type { RowDraws, ViewStep } from '../backends/views.js';
import { EigenviewError } from '../errors.js';
import { Matrix } from '../matrix/matrix.js';
import { runCustom } from './custom.js';
import type { DrawnStep } from './view-process.js';

/** Steps of one tree: each draws from words of its own, for which the generator's counter has room. */
const MOST_STEPS = 256;

/** Whether the backend can run the whole tree by itself. */
export function isNative(step: DrawnStep): step is ViewStep {
  return step.kind !== 'custom' && (step.steps ?? []).every(isNative);
}

/** @throws EigenviewError `TOO_LARGE` */
export function checkSteps(step: DrawnStep): void {
  const count = countSteps(step);
  if (count <= MOST_STEPS) return;
  throw new EigenviewError('TOO_LARGE', 'The process has too many steps.', {
    argument: 'views',
    expected: `at most ${MOST_STEPS} transforms, choices and sequences`,
    received: String(count),
  });
}

function countSteps(step: DrawnStep): number {
  const below = step.kind === 'custom' ? [] : (step.steps ?? []);
  return below.reduce((sum, other) => sum + countSteps(other), 1);
}

/**
 * One view of each row of x. The tree's root has the number `first` in the random stream, its steps those behind it.
 *
 * @throws EigenviewError as {@link customViews}; the signal's reason
 */
export async function drawViews(
  backend: Backend,
  control: Control,
  step: DrawnStep,
  x: Matrix,
  draws: RowDraws,
  first = 0,
): Promise<Matrix> {
  if (isNative(step)) return backend.views.draw(control, step, x, draws, first);
  if (step.kind === 'custom') return runCustom(step, x, draws, first, control.signal);
  if (step.kind === 'choice') return drawChoice(backend, control, step, x, draws, first);
  let number = first + 1;
  let rows = x;
  for (const next of step.steps ?? []) {
    rows = await drawViews(backend, control, next, rows, draws, number);
    number += countSteps(next);
  }
  return rows;
}

/** Rows for which the same step is drawn go through it together. */
async function drawChoice(
  backend: Backend,
  control: Control,
  { numbers, steps = [] }: Exclude<DrawnStep, { kind: 'custom' }>,
  x: Matrix,
  draws: RowDraws,
  first: number,
): Promise<Matrix> {
  const { seed, samples, views } = draws;
  const chosen = Array.from(samples, (sample, i) =>
    choose(numbers, uniform({ seed, sample, view: views[i] as number, step: first }, 0)),
  );
  let result: Matrix | undefined;
  let number = first + 1;
  for (const [branch, step] of steps.entries()) {
    const rows = [...chosen.keys()].filter((i) => chosen[i] === branch);
    if (rows.length > 0) {
      const made = await drawViews(backend, control, step, pickRows(x, rows), pickDraws(draws, rows), number);
      result ??= new Matrix(x.rows, made.cols);
      for (const [i, row] of rows.entries()) result.data.set(made.row(i), row * made.cols);
    }
    number += countSteps(step);
  }
  return result as Matrix;
}

function pickRows(x: Matrix, rows: readonly number[]): Matrix {
  const picked = new Matrix(rows.length, x.cols);
  rows.forEach((row, i) => {
    picked.data.set(x.row(row), i * x.cols);
  });
  return picked;
}

function pickDraws({ seed, samples, views }: RowDraws, rows: readonly number[]): RowDraws {
  return {
    seed,
    samples: Float64Array.from(rows, (row) => samples[row] as number),
    views: Uint32Array.from(rows, (row) => views[row] as number),
  };
}
