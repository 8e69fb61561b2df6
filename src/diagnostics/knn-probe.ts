/** Weighted k-nearest-neighbour probe (Wu, Xiong, Yu, Lin, CVPR 2018, section 3.4; as DINO, Caron et al., ICCV 2021, evaluates). */
import type { Backend } from '../backends/backend.js';
import type { Nearest, RowStore } from '../backends/diagnostics.js';
import type { Control } from '../backends/linalg.js';
import { beginCall, type CallOptions } from '../backends/select.js';
import { EigenviewError } from '../errors.js';
import { checkInt32, checkInteger, checkNumber, checkOneOf } from '../matrix/check.js';
import { type Classes, classesOf, placesOf } from './classes.js';
import { Hits } from './hits.js';
import { type Checked, checkSplit, rowsOf, type Split } from './labelled.js';
import { addDirections, withDirections } from './unit-rows.js';

export interface KnnProbeOptions extends CallOptions {
  /** Neighbours that vote, default 20: DINO's best on ImageNet; it reports 10, 20, 100 and 200, Wu et al. 200. */
  k?: number;
  /** A neighbour's vote is e^{similarity / temperature}, default 0.07. */
  temperature?: number;
  /** How near two rows are. */
  metric?: 'cosine';
}

export interface KnnProbe {
  /** Share of the test rows whose class gets the most votes; of equal ones the smallest label does. */
  accuracy: number;
  /** Share of those whose class is among the five with the most. */
  top5: number;
  k: number;
  temperature: number;
}

/**
 * How well a class is told from the classes of the most similar training rows. Nothing is learned.
 *
 * Neighbours are exact, in double precision, and found without a matrix of all similarities: 2 · test rows · train rows · d
 * flops in single precision, the few that could be among the k nearest again in double. The training rows are held in memory, the
 * test rows a chunk at a time. A label of the test set that the training set lacks counts as missed.
 *
 * @throws EigenviewError `OUT_OF_RANGE` where k exceeds the training rows, or for a row of zeros, `INVALID_ARGUMENT` for a single
 * class, or for targets, `SHAPE_MISMATCH`, `NOT_FINITE`, `EMPTY`
 * @example
 * ```ts
 * const train = { x: await openMnist('data/mnist') };
 * const test = { x: await openMnist('data/mnist', { split: 'test' }) };
 * const { accuracy } = await knnProbe({ train, test }); // 0.97 on raw pixels
 * ```
 */
export async function knnProbe(data: Split, options?: KnnProbeOptions): Promise<KnnProbe> {
  const { backend, control } = beginCall('knnProbe', options, ['k', 'temperature', 'metric']);
  const { k = 20, temperature = 0.07, metric = 'cosine' } = options ?? {};
  checkInteger('k', k, { min: 1 });
  checkNumber('temperature', temperature, { min: 0, above: true });
  checkOneOf('metric', metric, ['cosine']);
  const { train, test } = checkSplit(data, 'knnProbe');
  const classes = classesOf('train.labels', needLabels(train));
  const own = placesOf(needLabels(test), classes.values);
  checkInteger('k', k, { min: 1, max: train.rows });
  checkInt32('train.x', train.rows);
  const { store, cols } = await remember(backend, control, train);
  try {
    const hits = new Hits();
    for await (const { first, chunk } of rowsOf(test, control.signal, cols)) {
      const nearest = await store.nearest(control, await withDirections('test.x', chunk, first), k);
      for (let i = 0; i < chunk.rows; i++) {
        const votes = countVotes(nearest, i * k, k, classes, temperature);
        hits.add(votes, 0, votes.length, own[first + i] as number);
      }
    }
    return { accuracy: hits.accuracy, top5: hits.top5, k, temperature };
  } finally {
    store.close();
  }
}

function needLabels({ name, labels }: Checked): Int32Array {
  if (labels !== undefined) return labels;
  throw new EigenviewError('INVALID_ARGUMENT', 'Neighbours vote for classes.', {
    argument: name,
    expected: 'a set with labels',
    received: 'a set with targets',
    fix: "Use linearProbe with method 'ridge' for values.",
  });
}

async function remember(
  backend: Backend,
  control: Control,
  train: Checked,
): Promise<{ store: RowStore; cols: number }> {
  let store: RowStore | undefined;
  let cols = 0;
  try {
    for await (const { first, chunk } of rowsOf(train, control.signal)) {
      store ??= backend.diagnostics.rows(chunk.cols);
      cols = chunk.cols;
      await addDirections(control, store, 'train.x', chunk, first);
    }
  } catch (error) {
    store?.close();
    throw error;
  }
  // rowsOf has refused a source without rows.
  return { store: store as RowStore, cols };
}

/** Votes relative to that of the nearest, which leaves their order and cannot overflow. */
function countVotes(nearest: Nearest, from: number, k: number, classes: Classes, temperature: number): Float64Array {
  const votes = new Float64Array(classes.values.length);
  const most = nearest.similarities[from] as number;
  for (let i = from; i < from + k; i++) {
    const at = classes.indices[nearest.rows[i] as number] as number;
    const weight = Math.exp(((nearest.similarities[i] as number) - most) / temperature);
    votes[at] = (votes[at] as number) + weight;
  }
  return votes;
}
