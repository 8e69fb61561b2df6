import { Matrix } from '../../matrix/matrix.js';
import type { ViewsBackend } from '../views.js';
import { eachRow } from './rows.js';
import { Pace } from './turns.js';
import { makeRunner } from './views/step.js';
import { Sums } from './views/sums.js';

export const views: ViewsBackend = {
  async draw(control, step, x, { seed, samples, views }, first) {
    const runner = makeRunner(step, x.cols);
    const drawn = new Matrix(x.rows, runner.width);
    await eachRow(control, x, (row) => {
      const draw = { seed, sample: samples[row] as number, view: views[row] as number, step: first };
      runner.run(draw, Float64Array.from(x.row(row)), drawn.row(row) as Float64Array);
    });
    return drawn;
  },

  sums: (dx, dy, plan) => new Sums(dx, dy, plan),

  async squaredDifferences(control, vectors, weights) {
    const d = vectors.cols;
    const each = weights.length;
    const squares = new Matrix(d, d);
    const pace = new Pace(control.signal);
    for (let first = 0; first < vectors.rows; first += each) {
      for (let a = 0; a < d; a++) {
        if (pace.due()) await pace.pause();
        for (let b = 0; b < d; b++) {
          let sum = 0;
          for (let j = 0; j < each; j++) {
            const row = (first + j) * d;
            sum += (weights[j] as number) * (vectors.data[row + a] as number) * (vectors.data[row + b] as number);
          }
          (squares.data[a * d + b] as number) += sum * sum;
        }
      }
    }
    return squares;
  },
};
