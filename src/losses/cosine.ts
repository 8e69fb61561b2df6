/** The cosines of the rows of two batches, and their gradients. */
import { type LossControl, zeroRowError } from '../backends/losses.js';
import { Matrix } from '../matrix/matrix.js';
import { overRows } from './elementwise.js';

/** One side of the cosines. */
export interface Side {
  matrix: Matrix;
  /** For the message of a row of zeros. */
  argument: string;
  /** Whether its gradient is wanted; a constant target has none. */
  differentiate: boolean;
}

export interface Cosines {
  /** meanᵢ cos(aᵢ, bᵢ). */
  cosine: number;
  /** meanᵢ ‖âᵢ − b̂ᵢ‖² = 2 − 2 cosine, of the unit rows: no digits cancel where they are close. */
  distance: number;
  /** `weight` times the gradient of the mean cosine, by each side that wants it. */
  gradients: Matrix[];
}

/** Turns a row that is zero into an error. */
export type ZeroRow = (argument: string, row: number) => Error;

/**
 * The mean cosine of rows: ∂cos/∂a = (b̂ − cos â)/‖a‖. Rows of any size that numbers have are scaled before they are squared.
 *
 * @throws EigenviewError for a row of zeros, which has no direction
 */
export async function meanCosine(
  control: LossControl,
  a: Side,
  b: Side,
  weight: number,
  zeroRow: ZeroRow = (argument, row) => zeroRowError(control.operation, argument, row),
): Promise<Cosines> {
  const { rows, cols } = a.matrix;
  const [byA, byB] = [a, b].map(({ differentiate }) => (differentiate ? new Matrix(rows, cols) : undefined));
  const unitA = new Float64Array(cols);
  const unitB = new Float64Array(cols);
  let cosine = 0;
  let distance = 0;
  const work = (i: number) => {
    const lengthA = unitRow(unitA, a, i, zeroRow);
    const lengthB = unitRow(unitB, b, i, zeroRow);
    const { product, apart } = compare(unitA, unitB);
    cosine += product;
    distance += apart;
    if (byA) slopes(byA, i, unitB, unitA, product, weight / rows / lengthA);
    if (byB) slopes(byB, i, unitA, unitB, product, weight / rows / lengthB);
  };
  await overRows(
    control,
    a.matrix,
    (from, to) => {
      for (let i = from; i < to; i++) work(i);
    },
    4,
  );
  const gradients = [byA, byB].filter((gradient) => gradient !== undefined);
  return { cosine: cosine / rows, distance: distance / rows, gradients };
}

/** Writes row i over its length, which it returns. */
function unitRow(out: Float64Array, { matrix: { data, cols }, argument }: Side, i: number, zeroRow: ZeroRow): number {
  const from = i * cols;
  let largest = 0;
  for (let j = 0; j < cols; j++) largest = Math.max(largest, Math.abs(data[from + j] as number));
  if (largest === 0) throw zeroRow(argument, i);
  let squares = 0;
  for (let j = 0; j < cols; j++) {
    const x = (data[from + j] as number) / largest;
    out[j] = x;
    squares += x * x;
  }
  const length = Math.sqrt(squares);
  for (let j = 0; j < cols; j++) out[j] = (out[j] as number) / length;
  return largest * length;
}

function compare(a: Float64Array, b: Float64Array): { product: number; apart: number } {
  let product = 0;
  let apart = 0;
  for (let j = 0; j < a.length; j++) {
    product += (a[j] as number) * (b[j] as number);
    apart += ((a[j] as number) - (b[j] as number)) ** 2;
  }
  return { product, apart };
}

/** Row i of the gradient: factor (other − cos own). */
function slopes(
  { data }: Matrix,
  i: number,
  other: Float64Array,
  own: Float64Array,
  cosine: number,
  factor: number,
): void {
  for (let j = 0, at = i * own.length; j < own.length; j++, at++) {
    data[at] = factor * ((other[j] as number) - cosine * (own[j] as number));
  }
}
