/** Uniformity (Wang & Isola, ICML 2020, section 4.1.2). */
import { beginCall, type CallOptions } from '../backends/select.js';
import { checkDense, checkNumber } from '../matrix/check.js';
import type { Matrix } from '../matrix/matrix.js';
import { addDirections, tooFewRows } from './unit-rows.js';

export interface UniformityOptions extends CallOptions {
  /** The kernel's t, in (0, 150], default 2; beyond, e^{−4t} would leave the range of a double. */
  t?: number;
}

/**
 * How evenly directions fill the sphere: log of the mean of e^{−t‖uᵢ − uⱼ‖²} over all pairs of different rows, brought to unit
 * length here. 0 where all rows are one direction, the lower the more even; about −2t for even ones in many dimensions.
 *
 * Exact, over all n(n − 1)/2 pairs: n²·d flops, and no memory beyond that of the rows.
 *
 * @param z n×d, n ≥ 2, an embedding a row
 * @throws EigenviewError `OUT_OF_RANGE` for a row of zeros, a single row, or t; `NOT_FINITE`, `EMPTY`
 * @example
 * ```ts
 * console.log(await uniformity(Matrix.from([[1, 0], [-2, 0]]))); // −8: opposite directions
 * ```
 */
export async function uniformity(z: Matrix, options?: UniformityOptions): Promise<number> {
  const { backend, control } = beginCall('uniformity', options, ['t']);
  const { t = 2 } = options ?? {};
  checkNumber('t', t, { min: 0, above: true, max: 150 });
  checkDense('z', z);
  if (z.rows < 2) throw tooFewRows('z', z, 'Uniformity is of pairs of rows.');
  const store = backend.diagnostics.rows(z.cols);
  try {
    await addDirections(control, store, 'z', z);
    return Math.log(await store.potential(control, t)) - Math.log((z.rows * (z.rows - 1)) / 2);
  } finally {
    store.close();
  }
}
