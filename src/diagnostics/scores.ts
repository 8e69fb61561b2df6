import type { Backend } from '../backends/backend.js';
import type { Control } from '../backends/linalg.js';
import { EigenviewError } from '../errors.js';
import { maxAbs } from '../matrix/check.js';
import type { Matrix } from '../matrix/matrix.js';
import { Hits } from './hits.js';
import { type Checked, rowsOf } from './labelled.js';
import type { LinearMap } from './linear-map.js';

/** The scores of a set, chunk by chunk: rows×outputs. */
export async function* scoresOf(
  backend: Backend,
  control: Control,
  { weights, bias }: LinearMap,
  set: Checked,
): AsyncGenerator<{ first: number; scores: Matrix }, void, undefined> {
  for await (const { first, chunk } of rowsOf(set, control.signal, weights.cols)) {
    const scores = await backend.moments.project(control, chunk, weights);
    for (let at = 0, c = 0; at < scores.data.length; at++, c = c + 1 === bias.length ? 0 : c + 1) {
      scores.data[at] = (scores.data[at] as number) + (bias[c] as number);
    }
    if (!Number.isFinite(maxAbs(scores.data))) throw overflow(`${set.name}.x`);
    yield { first, scores };
  }
}

function overflow(argument: string): EigenviewError {
  return new EigenviewError('OUT_OF_RANGE', 'The scores overflow.', {
    argument,
    expected: 'of a magnitude not far above that of train.x',
    fix: 'Rescale the data.',
  });
}

/** Top-1 and top-5 accuracy; `own`: for each row the place of its class among the outputs, or −1. */
export async function classify(
  backend: Backend,
  control: Control,
  map: LinearMap,
  set: Checked,
  own: Int32Array,
): Promise<Hits> {
  const hits = new Hits();
  for await (const { first, scores } of scoresOf(backend, control, map, set)) {
    for (let i = 0; i < scores.rows; i++) {
      hits.add(scores.data, i * scores.cols, scores.cols, own[first + i] as number);
    }
  }
  return hits;
}

/** R² = 1 − Σ‖y − ŷ‖²/Σ‖y − ȳ‖², ȳ the mean of the set itself; 0 where the targets do not vary. */
export async function regress(
  backend: Backend,
  control: Control,
  map: LinearMap,
  set: Checked & { targets: Matrix },
): Promise<number> {
  const { data, rows, cols } = set.targets;
  let errors = 0;
  for await (const { first, scores } of scoresOf(backend, control, map, set)) {
    for (let at = 0; at < scores.data.length; at++) {
      errors += ((data[first * cols + at] as number) - (scores.data[at] as number)) ** 2;
    }
  }
  let spread = 0;
  for (let c = 0; c < cols; c++) {
    let mean = 0;
    for (let i = 0; i < rows; i++) mean += (data[i * cols + c] as number) / rows;
    for (let i = 0; i < rows; i++) spread += ((data[i * cols + c] as number) - mean) ** 2;
  }
  return spread > 0 ? 1 - errors / spread : 0;
}
