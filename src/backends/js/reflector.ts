import { maxAbs } from '../../matrix/check.js';
import { dot } from './matmul.js';

/**
 * v of length √2 such that the Householder reflection I − v vᵀ maps x to a multiple of the first unit vector; nothing
 * for x = 0.
 */
export function reflectorOf(x: ArrayLike<number>): Float64Array | undefined {
  const largest = maxAbs(x);
  if (largest === 0) return undefined;
  // Over the largest, no square underflows that counts.
  const v = Float64Array.from(x, (value) => value / largest);
  const length = Math.sqrt(dot(v, 0, v, 0, v.length));
  const first = v[0] as number;
  v[0] = first + (first < 0 ? -length : length);
  const scale = Math.SQRT2 / Math.sqrt(dot(v, 0, v, 0, v.length));
  return v.map((value) => value * scale);
}

/** Applies I − v vᵀ to the numbers at start, start + stride, …, as many as v has. In place. */
export function reflect(data: Float64Array | Float32Array, start: number, stride: number, v: Float64Array): void {
  let along = 0;
  for (let i = 0; i < v.length; i++) along += (v[i] as number) * (data[start + i * stride] as number);
  for (let i = 0; i < v.length; i++) {
    const at = start + i * stride;
    data[at] = (data[at] as number) - along * (v[i] as number);
  }
}
