import { Matrix } from '../matrix/matrix.js';
import { inStretches, rowsAtOnce } from '../runtime/turn.js';

/** The rows less their mean, in float64, and that mean. Taken about the first row: equal rows leave exact zeros. */
export async function centre(z: Matrix): Promise<{ centred: Matrix; mean: Float64Array }> {
  const { rows, cols } = z;
  const first = z.row(0);
  const mean = Float64Array.from(first);
  const centred = new Matrix(rows, cols);
  await inStretches(rows, rowsAtOnce(cols), (from, to) => {
    for (let i = from; i < to; i++) {
      for (let j = 0; j < cols; j++) {
        const beyond = (z.data[i * cols + j] as number) - (first[j] as number);
        mean[j] = (mean[j] as number) + beyond / rows;
      }
    }
  });
  await inStretches(rows, rowsAtOnce(cols), (from, to) => {
    for (let at = from * cols, j = 0; at < to * cols; at++, j = (j + 1) % cols) {
      centred.data[at] = (z.data[at] as number) - (mean[j] as number);
    }
  });
  return { centred, mean };
}
