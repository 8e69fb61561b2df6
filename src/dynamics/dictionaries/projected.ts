/** Dictionaries whose functions are g(ω·x): a product with all weights ω at once, then g in place. */
import { beginCall, beginSync } from '../../backends/select.js';
import { EigenviewError } from '../../errors.js';
import { checkFinite, checkMatrix, checkNotEmpty, notFinite, shape } from '../../matrix/check.js';
import { Matrix } from '../../matrix/matrix.js';
import { rowsAtOnce } from '../../runtime/turn.js';
import type { Dictionary } from './dictionary.js';

export interface Projection {
  name: string;
  /** count×dimension. */
  weights: Matrix;
  /** What the weights multiply, of the points' shape; default the points. */
  prepare?: (points: Matrix) => Matrix;
  /** Makes features of products, rows×count, in place. */
  activate: (products: Matrix, prepared: Matrix) => void;
  /** Appends the function 1. */
  constant: boolean;
}

/** A cosine or an exponential takes as long as several multiplications. */
const SLOWER = 8;

export function projected({ name, weights, prepare = (points) => points, activate, constant }: Projection): Dictionary {
  const { rows: count, cols: dimension } = weights;
  const width = constant ? count + 1 : count;
  const stretch = rowsAtOnce(Math.max(dimension, SLOWER * count));
  const prepared = (points: Matrix, from: number) => {
    const to = Math.min(points.rows, from + stretch);
    checkRows('points', points, from, to);
    return prepare(new Matrix(to - from, dimension, points.data.subarray(from * dimension, to * dimension)));
  };
  const finish = (out: Matrix, from: number, products: Matrix, inputs: Matrix) => {
    activate(products, inputs);
    checkOverflow(products);
    store(out, from, products);
  };
  return {
    name,
    dimension,
    count: width,
    async features(points, options) {
      const { backend, control } = beginCall('features', options);
      checkShape(points, dimension);
      const out = new Matrix(points.rows, width);
      for (let from = 0; from < points.rows; from += stretch) {
        const inputs = prepared(points, from);
        finish(out, from, await backend.moments.project(control, inputs, weights), inputs);
      }
      return out;
    },
    featuresSync(points, options) {
      const { linalg } = beginSync('featuresSync', options);
      checkShape(points, dimension);
      const out = new Matrix(points.rows, width);
      for (let from = 0; from < points.rows; from += stretch) {
        const inputs = prepared(points, from);
        finish(out, from, linalg.sync.matmul(inputs, weights, false, true), inputs);
      }
      return out;
    },
  };
}

function checkShape(points: unknown, dimension: number): asserts points is Matrix {
  checkMatrix('points', points);
  checkNotEmpty('points', points);
  if (points.cols === dimension) return;
  throw new EigenviewError('SHAPE_MISMATCH', 'The points have the wrong number of coordinates.', {
    argument: 'points',
    expected: `with ${dimension} column${dimension === 1 ? '' : 's'}, a point a row`,
    received: shape(points),
  });
}

/** Rows [from, to) are finite; the message counts rows from `first`. */
export function checkRows(argument: string, { data, cols }: Matrix, from: number, to: number, first = 0): void {
  for (let at = from * cols; at < to * cols; at++) {
    const value = data[at] as number;
    // x − x is 0 for every finite x and NaN otherwise.
    if (value - value !== 0) throw notFinite(argument, first + Math.floor(at / cols), at % cols, value);
  }
}

function checkOverflow(features: Matrix): void {
  try {
    checkFinite('features', features);
  } catch (cause) {
    throw new EigenviewError('OUT_OF_RANGE', 'The features of these points overflow.', {
      argument: 'points',
      expected: 'of moderate size, in units of the bandwidth where there is one',
      fix: 'Rescale the points, or enlarge the bandwidth.',
      cause,
    });
  }
}

/** The features as rows of the result, which has a last column of ones where it is wider. */
function store(out: Matrix, from: number, { rows, cols, data }: Matrix): void {
  for (let i = 0; i < rows; i++) {
    const at = (from + i) * out.cols;
    out.data.set(data.subarray(i * cols, (i + 1) * cols), at);
    if (cols < out.cols) out.data[at + cols] = 1;
  }
}
