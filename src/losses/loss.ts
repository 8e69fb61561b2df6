/** What every objective on embeddings answers. */
import { checkOverflow } from '../backends/losses.js';
import type { Matrix } from '../matrix/matrix.js';

/** An objective's value at some batches of embeddings. */
export interface Loss<Part extends string = string> {
  /** The weighted sum of the parts. */
  loss: number;
  /** The objective's terms by name, without their weights. */
  parts: Record<Part, number>;
  /** The derivative of `loss` by each batch that it is a function of, of that batch's shape, float64, in argument order. */
  gradients: Matrix[];
}

/** The loss from its parts: Σ weight · part, times `scale`. @throws EigenviewError `OUT_OF_RANGE` when it overflows */
export function weigh<Part extends string>(
  operation: string,
  parts: Record<Part, number>,
  weights: Record<Part, number>,
  gradients: Matrix[],
  scale = 1,
): Loss<Part> {
  const names = Object.keys(parts) as Part[];
  const loss = names.reduce((sum, name) => sum + scale * weights[name] * parts[name], 0);
  checkOverflow(operation, [loss]);
  return { loss, parts, gradients };
}
