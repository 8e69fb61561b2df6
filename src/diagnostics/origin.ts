/**
 * Rows about a point among them. Of features far from 0, sums of squares leave variances without digits: at an offset of 10⁸
 * spreads, mean square less squared mean is rounding alone.
 */
import { Matrix } from '../matrix/matrix.js';
import { inStretches, rowsAtOnce } from '../runtime/turn.js';

/** What the rows are taken about; undefined: themselves, none of their features being far from 0. */
export type Origin = Float64Array | undefined;

/** Rows that choose the origin: so many of the data, however they are cut into chunks. */
const PILOT = 256;

/** A feature is far from 0 at this multiple of its range over the pilot: nearer, covariances lose four digits at most. */
const FAR = 100;

/** Chunks, and where they are to be taken about: known before the first of them comes. */
export interface Piloted {
  origin: Origin;
  chunks: AsyncGenerator<Matrix, void, undefined>;
}

/** Reads ahead as many rows as choose the origin. Whoever takes the chunks closes their source. */
export async function piloted(chunks: AsyncGenerator<Matrix, void, undefined>): Promise<Piloted> {
  const ahead: Matrix[] = [];
  let rows = 0;
  while (rows < PILOT) {
    const { value, done } = await chunks.next();
    if (done || value === undefined) break;
    rows += value.rows;
    // A copy if more is to be read before its turn comes: a source may use one buffer for all chunks.
    ahead.push(rows < PILOT ? new Matrix(value.rows, value.cols, value.data.slice()) : value);
  }
  return { origin: originOf(ahead), chunks: joined(ahead, chunks) };
}

async function* joined(
  ahead: readonly Matrix[],
  rest: AsyncGenerator<Matrix, void, undefined>,
): AsyncGenerator<Matrix, void, undefined> {
  try {
    yield* ahead;
    yield* rest;
  } finally {
    await rest.return();
  }
}

/** The first row where features are far from 0, and 0 elsewhere: differences of floats that are near are floats. */
function originOf(chunks: readonly Matrix[]): Origin {
  const first = chunks[0];
  if (first === undefined) return undefined;
  const origin = Float64Array.from(first.row(0));
  const range = new Float64Array(first.cols);
  let left = PILOT;
  for (const chunk of chunks) {
    for (let i = 0; i < chunk.rows && left > 0; i++, left--) widen(range, chunk.row(i), origin);
  }
  const chosen = origin.map((x, j) => (Math.abs(x) > FAR * (range[j] as number) ? x : 0));
  return chosen.some((x) => x !== 0) ? chosen : undefined;
}

/** The largest distance from the first row, for each feature. */
function widen(range: Float64Array, row: Matrix['data'], first: Float64Array): void {
  for (let j = 0; j < range.length; j++) {
    range[j] = Math.max(range[j] as number, Math.abs((row[j] as number) - (first[j] as number)));
  }
}

/** The rows less the origin, in float64; the rows themselves without one. */
export async function about(origin: Origin, z: Matrix): Promise<Matrix> {
  if (origin === undefined) return z;
  const { data, rows, cols } = z;
  const moved = new Matrix(rows, cols);
  await inStretches(rows, rowsAtOnce(cols), (from, to) => {
    for (let at = from * cols, j = 0; at < to * cols; at++, j = j + 1 === cols ? 0 : j + 1) {
      moved.data[at] = (data[at] as number) - (origin[j] as number);
    }
  });
  return moved;
}
