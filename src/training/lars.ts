import { checkNumber, checkOptions } from '../matrix/check.js';
import { norm } from '../matrix/norm.js';
import { makeOptimizer, type Optimizer } from './optimizer.js';
import { checkRate, type Rate } from './schedule.js';

export interface LarsOptions {
  /** At least 0; a number, or a function of the step. */
  learningRate: Rate;
  /** What is kept of the velocity in each step, in [0, 1]; default 0.9. */
  momentum?: number;
  /** Times the parameters, is added to their gradient, but for those of a single column; default 0. */
  weightDecay?: number;
  /** η, how long a step of learning rate 1 is by the parameter's own length; default 0.001. */
  trustCoefficient?: number;
}

/**
 * Layer-wise adaptive rate scaling (You, Gitman, Ginsburg, "Large Batch Training of Convolutional Networks", 2017,
 * arXiv 1708.03888), as in the official code of Barlow Twins and VICReg: g ← gradient + weightDecay · w, g ← g ·
 * η‖w‖/‖g‖ where neither length is 0, v ← momentum · v + g, w ← w − learningRate · v. A parameter of a single column
 * stands for those of one dimension, biases and scales: it is neither decayed nor adapted.
 *
 * @throws EigenviewError `UNKNOWN_OPTION`, `OUT_OF_RANGE`, `INVALID_ARGUMENT`
 * @example
 * ```ts
 * const optimizer = lars({ learningRate: 1, trustCoefficient: 0.1 });
 * const weights = [Matrix.from([[3, 4]])];
 * const { parameters } = optimizer.step(weights, [Matrix.from([[9, 0]])], optimizer.start(weights)); // [[2.5, 4]]
 * ```
 */
export function lars(options: LarsOptions): Optimizer {
  checkOptions('lars', options, ['learningRate', 'momentum', 'weightDecay', 'trustCoefficient']);
  const { learningRate, momentum = 0.9, weightDecay = 0, trustCoefficient = 0.001 } = options ?? {};
  checkRate('learningRate', learningRate, { min: 0 });
  checkNumber('momentum', momentum, { min: 0, max: 1 });
  checkNumber('weightDecay', weightDecay, { min: 0 });
  checkNumber('trustCoefficient', trustCoefficient, { min: 0, above: true });
  return makeOptimizer('lars', { learningRate, momentum, weightDecay, trustCoefficient }, ['signed'], (slot) => {
    const { numbers, gradient, column } = slot;
    const velocity = slot.buffers[0] as Float64Array;
    const decay = column ? 0 : weightDecay;
    const slopes = Float64Array.from(gradient, (slope, i) => slope + decay * (numbers[i] as number));
    const trust = column ? 1 : trustOf(numbers, slopes, trustCoefficient);
    for (let i = 0; i < numbers.length; i++) {
      velocity[i] = momentum * (velocity[i] as number) + trust * (slopes[i] as number);
      (numbers[i] as number) -= slot.learningRate * (velocity[i] as number);
    }
  });
}

function trustOf(numbers: Float64Array, slopes: Float64Array, coefficient: number): number {
  const [size, slope] = [norm(numbers), norm(slopes)];
  return size > 0 && slope > 0 ? (coefficient * size) / slope : 1;
}
