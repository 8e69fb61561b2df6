/** LiDAR (Thilak, Huang, Saremi, Dinh, Goh, Nakkiran, Susskind, Littwin, ICLR 2024, section 4). */
import { along } from '../backends/failure.js';
import { beginCall, type CallOptions } from '../backends/select.js';
import { EigenviewError } from '../errors.js';
import { checkDense } from '../matrix/check.js';
import { Matrix } from '../matrix/matrix.js';
import { inStretches, rowsAtOnce } from '../runtime/turn.js';
import { EPSILON, entropyRank } from './entropy-rank.js';
import { groupRows, type RowGroups, type SampleIds } from './groups.js';
import { squaredNorms } from './unit-rows.js';
import { squaresOverflow } from './units.js';

/** δ of the paper: what makes the spread within samples invertible, in squared units of z. */
const DELTA = 1e-4;

/**
 * The smooth rank of what tells samples apart: exp of the entropy of the shares λᵢ/Σλ + 1e-7 of the eigenvalues of
 * Σ_w^{-1/2} Σ_b Σ_w^{-1/2}. Σ_b is the covariance of the samples' means, Σ_w = 1e-4·I plus the mean covariance of a sample's
 * views; samples weigh the same, whatever their numbers of views. Between 1 and min(samples − 1, d). Samples are told
 * apart by their ids, in whatever order their rows come.
 *
 * @param z n×d, an embedded view a row
 * @param groups for each row, the id of the sample it is a view of; at least two samples of at least two rows
 * @throws EigenviewError `INVALID_ARGUMENT`, `SHAPE_MISMATCH`, `NOT_FINITE`, `EMPTY`, `TOO_LARGE`, `OUT_OF_RANGE` where
 * squares overflow, `SINGULAR` (with the `direction`) for large views that do not differ in all directions
 * @example
 * ```ts
 * const z = Matrix.from([[1, 0], [1.1, 0], [0, 1], [0, 1.1], [-1, -1], [-1, -1.1]]);
 * console.log(await lidar(z, ['a', 'a', 'b', 'b', 'c', 'c'])); // 2 directions, nearly
 * ```
 */
export async function lidar(z: Matrix, groups: SampleIds, options?: CallOptions): Promise<number> {
  const { backend, control } = beginCall('lidar', options);
  checkDense('z', z);
  const { means, deviations } = await spread(z, groupRows(z, groups));
  // By Cauchy and Schwarz these bound every element of both products.
  for (const rows of [means, deviations]) {
    const squares = await squaredNorms(rows);
    if (!Number.isFinite(squares.reduce((sum, square) => sum + square, 0))) throw squaresOverflow('z', 'The squares');
  }
  const { matmul, eigh } = backend.linalg.async;
  const between = await matmul(control, means, means, true, false);
  const within = await matmul(control, deviations, deviations, true, false);
  for (let i = 0; i < within.rows; i++) within.data[i * (within.cols + 1)] = within.get(i, i) + DELTA;
  const { values } = await eigh(control, between, within, undefined).catch((error) => {
    throw inOwnWords(error);
  });
  // Against δ alone, eigenvalues are ten thousand times the spread between samples.
  if (!Number.isFinite(values.reduce((sum, value) => sum + value, 0))) throw squaresOverflow('z', 'The eigenvalues');
  // Rounding leaves the absent ones on either side of 0.
  return entropyRank(
    values.map((value) => Math.max(0, value)),
    EPSILON,
  );
}

/** What the solver says of matrices, said of embeddings. */
function inOwnWords(error: unknown): unknown {
  if (!(error instanceof EigenviewError)) return error;
  if (error.code === 'OUT_OF_RANGE') return squaresOverflow('z', 'The eigenvalues');
  return error.direction === undefined ? error : withinLost(error, error.direction);
}

/** Beside views so far apart, the δ that is to make few of them invertible is rounding. */
function withinLost(cause: EigenviewError, direction: Float64Array): EigenviewError {
  return new EigenviewError(
    'SINGULAR',
    `The spread within samples is singular${along(direction)}: 1e-4 is lost in it.`,
    {
      argument: 'z',
      direction,
      expected: 'of moderate size, or of views that differ in every direction',
      fix: 'Rescale the embeddings, or add views.',
      cause,
    },
  );
}

/** Rows whose sums of squares are Σ_b and Σ_w: scaled deviations of the samples' means, and of rows from these. */
async function spread(z: Matrix, groups: RowGroups): Promise<{ means: Matrix; deviations: Matrix }> {
  const { cols: d } = z;
  const means = new Matrix(groups.length, d);
  const deviations = new Matrix(z.rows, d);
  const views = z.rows / groups.length;
  await inStretches(groups.length, Math.max(1, Math.floor(rowsAtOnce(d) / views)), (from, to) => {
    for (let g = from; g < to; g++) {
      const rows = groups[g] as readonly number[];
      const mean = means.row(g);
      for (const row of rows) addTo(mean, z.row(row), 1 / rows.length);
      const scale = 1 / Math.sqrt(rows.length * groups.length);
      for (const row of rows) subtract(deviations.row(row), z.row(row), mean, scale);
    }
  });
  const centre = new Float64Array(d);
  for (let g = 0; g < groups.length; g++) addTo(centre, means.row(g), 1 / groups.length);
  for (let g = 0; g < groups.length; g++) {
    subtract(means.row(g), means.row(g), centre, 1 / Math.sqrt(groups.length));
  }
  return { means, deviations };
}

type Row = Matrix['data'];

function addTo(sum: Row, row: Row, weight: number): void {
  for (let j = 0; j < sum.length; j++) sum[j] = (sum[j] as number) + weight * (row[j] as number);
}

function subtract(out: Row, row: Row, centre: Row, scale: number): void {
  for (let j = 0; j < out.length; j++) out[j] = scale * ((row[j] as number) - (centre[j] as number));
}
