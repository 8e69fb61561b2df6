/** One pass over the training rows: their moments, about a point among them. */
import type { Backend } from '../backends/backend.js';
import type { Control } from '../backends/linalg.js';
import { EigenviewError } from '../errors.js';
import type { Matrix } from '../matrix/matrix.js';
import { viewMoments } from '../moments/collect.js';
import type { ViewMoments } from '../moments/view-moments.js';
import { gaussianViews } from '../views/gaussian.js';
import { type Checked, rowsOf } from './labelled.js';
import { about, type Origin, piloted } from './origin.js';
import { squaresOverflow } from './units.js';

export interface TrainMoments {
  origin: Origin;
  /** Of the rows less the origin. */
  moments: ViewMoments;
}

/** What is done with each stretch of rows on the way, less the origin, and the targets beside it. */
export interface Beside {
  visit?: (rows: Matrix) => Promise<void>;
  /** Of rows [from, to). */
  targets?: (from: number, to: number) => Matrix;
}

/** @throws EigenviewError as {@link rowsOf}; `OUT_OF_RANGE` where squares overflow, `DETACHED` */
export async function trainMoments(
  backend: Backend,
  { signal }: Control,
  train: Checked,
  { visit, targets }: Beside,
): Promise<TrainMoments> {
  const { origin, chunks } = await piloted(chunksOf(train, signal));
  const ends: number[] = [];
  const rows = async function* () {
    let end = 0;
    for await (const chunk of chunks) {
      end += chunk.rows;
      ends.push(end);
      const moved = await about(origin, chunk);
      await visit?.(moved);
      yield moved;
    }
  };
  // Read beside the rows: when a chunk of targets is asked for, that of the rows has come.
  const beside = async function* (of: (from: number, to: number) => Matrix) {
    for (let from = 0, i = 0; i < ends.length; i++) {
      const to = ends[i] as number;
      yield of(from, to);
      from = to;
    }
  };
  const options = { backend: backend.name, ...(signal && { signal }), ...(targets && { target: beside(targets) }) };
  try {
    return { origin, moments: await viewMoments(rows(), gaussianViews(), options) };
  } catch (error) {
    throw inOwnWords(error, train.name);
  }
}

async function* chunksOf(train: Checked, signal: AbortSignal | undefined) {
  for await (const { chunk } of rowsOf(train, signal)) yield chunk;
}

/** The pass knows rows and targets as source and target. */
function inOwnWords(error: unknown, name: string): unknown {
  if (!(error instanceof EigenviewError)) return error;
  const argument = { source: `${name}.x`, target: `${name}.targets` }[error.argument ?? ''];
  if (argument === undefined) return error;
  if (error.code === 'OUT_OF_RANGE') return squaresOverflow(argument, 'The squares');
  if (error.code !== 'DETACHED') return error;
  return new EigenviewError('DETACHED', `The buffer of ${argument} was transferred away.`, {
    argument,
    fix: 'Keep the buffer in this thread until the call has settled, or pass a copy.',
    cause: error,
  });
}
