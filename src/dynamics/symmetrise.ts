import type { Matrix } from '../matrix/matrix.js';

/** (A + Aᵀ)/2 of a square matrix, in place: symmetric to the last bit. Of the rows [from, to) and their mirror images alone, to do it in stretches. */
export function symmetrise({ data, rows: n }: Matrix, from = 0, to = n): void {
  for (let i = from; i < to; i++) {
    for (let j = 0; j < i; j++) {
      const mean = ((data[i * n + j] as number) + (data[j * n + i] as number)) / 2;
      data[i * n + j] = mean;
      data[j * n + i] = mean;
    }
  }
}
