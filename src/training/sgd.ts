import { EigenviewError } from '../errors.js';
import { checkBoolean, checkNumber, checkOptions } from '../matrix/check.js';
import { makeOptimizer, type Optimizer } from './optimizer.js';
import { checkRate, type Rate } from './schedule.js';

export interface SgdOptions {
  /** At least 0; a number, or a function of the step. */
  learningRate: Rate;
  /** What is kept of the velocity in each step, in [0, 1]; default 0. */
  momentum?: number;
  /** Times the parameters, is added to their gradient; default 0. */
  weightDecay?: number;
  /** Nesterov's momentum; default false. */
  nesterov?: boolean;
}

/**
 * Stochastic gradient descent with momentum as PyTorch defines it: g ← gradient + weightDecay · w, v ← momentum · v +
 * g, w ← w − learningRate · v, or − learningRate · (g + momentum · v) with Nesterov's momentum (Sutskever et al., "On
 * the importance of initialization and momentum in deep learning", ICML 2013).
 *
 * @throws EigenviewError `UNKNOWN_OPTION`, `OUT_OF_RANGE`; `INVALID_ARGUMENT`, also for `nesterov` without momentum
 * @example
 * ```ts
 * const optimizer = sgd({ learningRate: 0.1 });
 * const weights = [Matrix.from([[1, 2]])];
 * const { parameters } = optimizer.step(weights, [Matrix.from([[10, 0]])], optimizer.start(weights)); // [[0, 2]]
 * ```
 */
export function sgd(options: SgdOptions): Optimizer {
  checkOptions('sgd', options, ['learningRate', 'momentum', 'weightDecay', 'nesterov']);
  const { learningRate, momentum = 0, weightDecay = 0, nesterov = false } = options ?? {};
  checkRate('learningRate', learningRate, { min: 0 });
  checkNumber('momentum', momentum, { min: 0, max: 1 });
  checkNumber('weightDecay', weightDecay, { min: 0 });
  checkBoolean('nesterov', nesterov);
  if (nesterov && momentum === 0) {
    throw new EigenviewError('INVALID_ARGUMENT', "Nesterov's momentum needs one.", {
      argument: 'momentum',
      expected: 'above 0 with nesterov',
      received: '0',
    });
  }
  return makeOptimizer('sgd', { learningRate, momentum, weightDecay, nesterov }, ['signed'], (slot) => {
    const { numbers, gradient } = slot;
    const velocity = slot.buffers[0] as Float64Array;
    for (let i = 0; i < numbers.length; i++) {
      const slope = (gradient[i] as number) + weightDecay * (numbers[i] as number);
      const speed = momentum * (velocity[i] as number) + slope;
      velocity[i] = speed;
      (numbers[i] as number) -= slot.learningRate * (nesterov ? slope + momentum * speed : speed);
    }
  });
}
