/** One pass over samples of both views: the second moments of their features, side by side in one Gram matrix. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Backend } from '../../backends/backend.js';
import type { Control } from '../../backends/linalg.js';
import { EigenviewError } from '../../errors.js';
import { checkAttached, Matrix } from '../../matrix/matrix.js';
import type { RowCursor } from '../../moments/source.js';
import { inStretches, rowsAtOnce, untilAborted } from '../../runtime/turn.js';
import { checkRows } from '../dictionaries/projected.js';
import { rowsOf } from './evaluation.js';
import { type FeatureMoments, lessMean, lessOuter, symmetrised } from './whitened-pair.js';

/** How the samples of one side become features. */
export interface Features {
  /** Of a chunk of finite points. */
  of(points: Matrix): Promise<Matrix>;
  dimension: number;
  count: number;
}

export interface FeaturePass {
  rows: { x: RowCursor; y: RowCursor };
  features: { x: Features; y: Features };
  centered: boolean;
  /** (x, y) and (y, x) count as samples alike. */
  exchangeable: boolean;
}

export async function featureMoments(
  backend: Backend,
  control: Control,
  pass: FeaturePass,
): Promise<{ count: number; moments: FeatureMoments }> {
  const { rows, features, centered, exchangeable } = pass;
  const sum = backend.moments.gram(features.x.count, features.y.count);
  let origin: { x: Float64Array; y: Float64Array } | undefined;
  try {
    for await (const points of stretches(rows, features, control)) {
      const [x, y] = await Promise.all([features.x.of(points.x), features.y.of(points.y)]);
      // About a point within the data: of features far from 0, second moments would leave covariances without digits.
      if (centered) origin ??= originOf(x, y, exchangeable);
      await added(() => sum.add(control, lessMean(x, origin?.x), lessMean(y, origin?.y)));
      await nextTurn();
    }
    const { count, gram } = await added(() => sum.snapshot(control));
    const moments = await blocks(gram, count, features.x.count, features.y.count);
    if (exchangeable) await pool(moments);
    return { count, moments: centered ? await aboutMeans(moments, origin) : { ...moments, means: undefined } };
  } finally {
    await sum.close();
  }
}

/** The rows of both sources side by side, some at a time, checked. */
async function* stretches(
  rows: { x: RowCursor; y: RowCursor },
  features: { x: Features; y: Features },
  control: Control,
): AsyncGenerator<{ x: Matrix; y: Matrix }, void, undefined> {
  // All that one turn of the event loop may have to copy.
  const { x: ofX, y: ofY } = features;
  const stretch = rowsAtOnce(ofX.dimension + ofX.count + ofY.dimension + ofY.count);
  for (let done = 0; ; ) {
    control.signal?.throwIfAborted();
    const x = await untilAborted(rows.x.peek(), control.signal);
    const y = await untilAborted(rows.y.peek(), control.signal);
    if (x === undefined || y === undefined) {
      if (x !== y) throw uneven(done, x === undefined);
      return;
    }
    const count = Math.min(stretch, x.chunk.rows - x.from, y.chunk.rows - y.from);
    const piece = { x: slice('x', x, count, done), y: slice('y', y, count, done) };
    rows.x.advance(count);
    rows.y.advance(count);
    done += count;
    yield piece;
  }
}

function slice(
  argument: string,
  { chunk, from }: { chunk: Matrix; from: number },
  count: number,
  first: number,
): Matrix {
  checkAttached(argument, chunk);
  const rows = rowsOf(chunk, from, from + count);
  checkRows(argument, rows, 0, count, first);
  return rows;
}

function uneven(done: number, xEnded: boolean): EigenviewError {
  return new EigenviewError('SHAPE_MISMATCH', 'The views differ in the number of samples.', {
    argument: 'y',
    expected: 'of as many rows as x',
    received: xEnded ? `more than ${done}` : `only ${done}`,
  });
}

/** The accumulator knows the views as source and target. */
async function added<Result>(action: () => Promise<Result>): Promise<Result> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof EigenviewError) || !['NOT_FINITE', 'OUT_OF_RANGE'].includes(error.code)) throw error;
    const view = error.argument === 'target' ? 'y' : 'x';
    throw new EigenviewError(error.code, `The features of ${view} are not finite, or their squares overflow.`, {
      argument: view,
      expected: 'with features of magnitude below about 1e150',
      fix: 'Rescale the data.',
      cause: error,
    });
  }
}

function originOf(x: Matrix, y: Matrix, shared: boolean): { x: Float64Array; y: Float64Array } {
  const first = meanOf(x);
  return { x: first, y: shared ? first : meanOf(y) };
}

function meanOf({ rows, cols, data }: Matrix): Float64Array {
  const mean = new Float64Array(cols);
  for (let i = 0, at = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++, at++) (mean[j] as number) += (data[at] as number) / rows;
  }
  return mean;
}

interface RawMoments {
  xx: Matrix;
  yy: Matrix;
  xy: Matrix;
  /** Of the features about their origin. */
  mean: { x: Float64Array; y: Float64Array };
}

/** The blocks of Σ r rᵀ over r = [φ | ψ | 1], over the number of samples. */
async function blocks(gram: Matrix, count: number, mx: number, my: number): Promise<RawMoments> {
  const block = async (top: number, left: number, rows: number, cols: number) => {
    const out = new Matrix(rows, cols);
    await inStretches(rows, rowsAtOnce(cols), (from, to) => {
      for (let i = from; i < to; i++) {
        const at = (top + i) * gram.cols + left;
        for (let j = 0; j < cols; j++) out.data[i * cols + j] = (gram.data[at + j] as number) / count;
      }
    });
    return out;
  };
  const sums = gram.row(mx + my);
  const mean = (from: number, to: number) => Float64Array.from(sums.subarray(from, to), (total) => total / count);
  return {
    xx: await block(0, 0, mx, mx),
    yy: await block(mx, mx, my, my),
    xy: await block(0, mx, mx, my),
    mean: { x: mean(0, mx), y: mean(mx, mx + my) },
  };
}

/** Moments of the samples (x, y) and (y, x) together, in place. */
async function pool(moments: RawMoments): Promise<void> {
  const { xx, yy, mean } = moments;
  await inStretches(xx.rows, rowsAtOnce(xx.cols), (from, to) => {
    for (let at = from * xx.cols; at < to * xx.cols; at++) {
      xx.data[at] = ((xx.data[at] as number) + (yy.data[at] as number)) / 2;
    }
  });
  moments.yy = xx;
  await symmetrised(moments.xy);
  const both = mean.x.map((value, i) => (value + (mean.y[i] as number)) / 2);
  moments.mean = { x: both, y: both };
}

/** Second moments about the means, in place, with the means of the features themselves. */
async function aboutMeans(
  { xx, yy, xy, mean }: RawMoments,
  origin: { x: Float64Array; y: Float64Array } | undefined,
): Promise<FeatureMoments> {
  await lessOuter(xx, mean.x, mean.x);
  if (yy !== xx) await lessOuter(yy, mean.y, mean.y);
  await lessOuter(xy, mean.x, mean.y);
  const whole = (from: Float64Array | undefined, rest: Float64Array) =>
    rest.map((value, i) => value + (from?.[i] ?? 0));
  return { xx, yy, xy, means: { x: whole(origin?.x, mean.x), y: whole(origin?.y, mean.y) } };
}
