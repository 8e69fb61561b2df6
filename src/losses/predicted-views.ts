/** What SimSiam and BYOL share: each view's prediction, and the other view's embedding as a constant target. */
import type { LossControl } from '../backends/losses.js';
import { checkSameShape } from '../matrix/check.js';
import type { Matrix } from '../matrix/matrix.js';
import { checkBatch } from './batch.js';
import { type Cosines, meanCosine } from './cosine.js';
import { copied } from './elementwise.js';
import { checkNamed } from './named.js';

/** Of two views, row i of all four of one sample, B×k each. */
export interface PredictedViews {
  /** Predictions made from view 1. */
  p1: Matrix;
  /** Predictions made from view 2. */
  p2: Matrix;
  /** Embeddings of view 1, the constant target of p2. */
  z1: Matrix;
  /** Embeddings of view 2, the constant target of p1. */
  z2: Matrix;
}

const NAMES = ['p1', 'p2', 'z1', 'z2'] as const;

export interface PredictedCosines {
  /** Of p1 and z2. */
  first: Cosines;
  /** Of p2 and z1. */
  second: Cosines;
  /** By p1 and p2, of `weight` times the sum of both mean cosines. */
  gradients: Matrix[];
}

/** The mean cosines of predictions and targets, both ways. */
export async function predictedCosines(
  control: LossControl,
  views: unknown,
  weight: number,
): Promise<PredictedCosines> {
  const named = checkNamed(control.operation, views, NAMES);
  const batches = NAMES.map((name) => checkBatch(name, named[name]));
  const [p1, p2, z1, z2] = copied(batches) as [Matrix, Matrix, Matrix, Matrix];
  for (const { argument, matrix } of batches) checkSameShape(argument, matrix, p1.rows, p1.cols);
  const way = (argument: string, prediction: Matrix, target: string, embedding: Matrix) =>
    meanCosine(
      control,
      { argument, matrix: prediction, differentiate: true },
      { argument: target, matrix: embedding, differentiate: false },
      weight,
    );
  const first = await way('p1', p1, 'z2', z2);
  const second = await way('p2', p2, 'z1', z1);
  return { first, second, gradients: [...first.gradients, ...second.gradients] };
}
