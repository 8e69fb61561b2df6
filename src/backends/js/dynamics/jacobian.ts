import { Matrix } from '../../../matrix/matrix.js';
import type { System } from './system.js';

/** n×n, column j the tangent of the j-th unit direction. A generator, so that its caller can pause it between columns. */
export function* jacobian(system: System, state: Matrix): Generator<void, Matrix> {
  const n = state.data.length;
  const tangent = system.tangent(state);
  const result = new Matrix(n, n);
  for (let j = 0; j < n; j++) {
    const unit = new Matrix(state.rows, state.cols);
    unit.data[j] = 1;
    const column = tangent(unit).data;
    for (let i = 0; i < n; i++) result.data[i * n + j] = column[i] as number;
    yield;
  }
  return result;
}
