import { Matrix } from '../../matrix/matrix.js';
import { normal } from '../../runtime/random.js';
import type { Control } from '../linalg.js';
import type { NormalBlock } from '../moments.js';
import { scaledBy } from './dense.js';
import { dot } from './matmul.js';
import { eachRow } from './rows.js';

export async function addNoise(
  control: Control,
  x: Matrix,
  root: Float64Array | Matrix,
  block: NormalBlock,
): Promise<Matrix> {
  const d = x.cols;
  const result = new Matrix(x.rows, d);
  const noise = root instanceof Matrix ? correlated(root) : independent(root);
  await eachRow(control, x, (row) => {
    const drawn = noise.draw(block, block.firstSample + row);
    for (let j = 0; j < d; j++) {
      const value = x.data[row * d + j] as number;
      const added = noise.at(drawn, j);
      // −0 + 0 is 0: what does not move keeps its bits.
      result.data[row * d + j] = added === 0 ? value : value + added;
    }
  });
  return result;
}

interface Noise {
  draw(block: NormalBlock, sample: number): Float64Array;
  at(drawn: Float64Array, coordinate: number): number;
}

/** Σ_c root[j, c] g_c. */
function correlated(root: Matrix): Noise {
  const { data, cols } = scaledBy(root, 1);
  const g = new Float64Array(cols);
  return {
    draw: ({ seed, stream }, sample) => normal(seed, sample, stream, g),
    at: (drawn, j) => dot(data, j * cols, drawn, 0, cols),
  };
}

/** deviation_j g_j; nothing is drawn beyond the last coordinate that moves. */
function independent(deviations: Float64Array): Noise {
  const taken = deviations.slice();
  const g = new Float64Array(taken.findLastIndex((deviation) => deviation !== 0) + 1);
  return {
    draw: ({ seed, stream }, sample) => normal(seed, sample, stream, g),
    at: (drawn, j) => (j < drawn.length ? (taken[j] as number) * (drawn[j] as number) : 0),
  };
}
