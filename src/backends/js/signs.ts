import type { Matrix } from '../../matrix/matrix.js';

/** Ties within this relative distance of the largest magnitude go to the first component. */
const TIE = 1e-8;

/** Index of the component that fixes a vector's sign; see ../linalg.ts for the rule. */
export function leading(magnitude: (i: number) => number, length: number): number {
  let largest = 0;
  for (let i = 0; i < length; i++) largest = Math.max(largest, magnitude(i));
  let at = 0;
  while (at + 1 < length && magnitude(at) < (1 - TIE) * largest) at++;
  return at;
}

/** Makes the leading component of each row positive, negating row i of `companion` together with row i. In place. */
export function fixSigns(rows: Matrix, companion?: Matrix): void {
  for (let i = 0; i < rows.rows; i++) {
    const row = rows.row(i);
    const at = leading((j) => Math.abs(row[j] as number), row.length);
    if ((row[at] as number) >= 0) continue;
    negate(row);
    if (companion !== undefined) negate(companion.row(i));
  }
}

function negate(values: Float64Array | Float32Array): void {
  for (let i = 0; i < values.length; i++) values[i] = -(values[i] as number);
}
