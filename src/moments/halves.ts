import { Matrix } from '../matrix/matrix.js';
import { inStretches, rowsAtOnce } from '../runtime/turn.js';
import type { DrawnViews } from './drawn-views.js';

export interface HalfMeans {
  /** Mean of each sample's views, K×d. */
  means: Matrix;
  /** Means a and b of the first and of the second half of its views, in turn, 2K×d. */
  halves: Matrix;
  /** (a − b)/2, which varies as x̂ does about x̄, K×d. */
  differences: Matrix;
}

/** Each sample's views in two halves, independent of each other. Of an odd number the last view is in neither. */
export async function halfMeans({ samples: m, views, inputs }: Omit<DrawnViews, 'indices'>): Promise<HalfMeans> {
  const half = Math.floor(m / 2);
  const d = views.cols;
  const means = new Matrix(inputs.rows, d);
  const halves = new Matrix(2 * inputs.rows, d);
  const differences = new Matrix(inputs.rows, d);
  const add = (i: number) => {
    for (let view = 0; view < m; view++) {
      const row = views.row(i * m + view);
      const which = Math.floor(view / half);
      for (let j = 0; j < d; j++) {
        const value = row[j] as number;
        (means.data[i * d + j] as number) += value / m;
        if (which < 2) (halves.data[(2 * i + which) * d + j] as number) += value / half;
      }
    }
    for (let j = 0; j < d; j++) {
      const [a, b] = [halves.data[2 * i * d + j] as number, halves.data[(2 * i + 1) * d + j] as number];
      differences.data[i * d + j] = (a - b) / 2;
    }
  };
  await inStretches(inputs.rows, rowsAtOnce(m * d), (from, to) => {
    for (let i = from; i < to; i++) add(i);
  });
  return { means, halves, differences };
}

/**
 * A variance seen between halves, as that of all m views: an odd view out makes the halves together less than the whole.
 */
export function halvesShare(m: number): number {
  return (2 * Math.floor(m / 2)) / m;
}
