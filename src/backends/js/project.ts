import { Matrix } from '../../matrix/matrix.js';
import type { Control } from '../linalg.js';
import type { ByteRows } from '../moments.js';
import { scaledBy } from './dense.js';
import { dot } from './matmul.js';
import { eachRow } from './rows.js';

export async function project(control: Control, given: Matrix | ByteRows, encoder: Matrix): Promise<Matrix> {
  const x = given instanceof Matrix ? given : new Matrix(given.rows, given.cols, Float32Array.from(given.data));
  const { data, rows: k, cols: d } = scaledBy(encoder, 1);
  const result = new Matrix(x.rows, k);
  await eachRow(control, x, (row) => {
    for (let c = 0; c < k; c++) result.data[row * k + c] = dot(x.data, row * d, data, c * d, d);
  });
  return result;
}
