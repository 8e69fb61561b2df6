import { checkNumber, checkOptions } from '../matrix/check.js';
import { makeOptimizer, type Optimizer } from './optimizer.js';
import { checkRate, type Rate } from './schedule.js';

export interface AdamWOptions {
  /** At least 0; a number, or a function of the step. */
  learningRate: Rate;
  /** What is kept of the gradient's mean in each step, in [0, 1); default 0.9. */
  beta1?: number;
  /** The same of its squares; default 0.999. */
  beta2?: number;
  /** Added to the root of the squares' mean, in units of the gradient, above 0; default 1e-8. */
  epsilon?: number;
  /** The share of itself, times the learning rate, that each number loses in each step; default 0.01. */
  weightDecay?: number;
}

/**
 * AdamW: Adam (Kingma, Ba, "Adam", ICLR 2015, arXiv 1412.6980, algorithm 1) with decoupled weight decay (Loshchilov,
 * Hutter, "Decoupled Weight Decay Regularization", ICLR 2019, arXiv 1711.05101, algorithm 2), the decay times the
 * learning rate as in PyTorch:
 *
 *     m ← β₁ m + (1 − β₁) g,  s ← β₂ s + (1 − β₂) g²
 *     w ← (1 − η · weightDecay) w − η (m / (1 − β₁ᵗ)) / (√(s / (1 − β₂ᵗ)) + ε)
 *
 * @throws EigenviewError `UNKNOWN_OPTION`, `OUT_OF_RANGE`, `INVALID_ARGUMENT`
 * @example
 * ```ts
 * const optimizer = adamW({ learningRate: 0.1, weightDecay: 0 });
 * const weights = [Matrix.from([[1, 2]])];
 * const { parameters } = optimizer.step(weights, [Matrix.from([[10, -1]])], optimizer.start(weights)); // [[0.9, 2.1]]
 * ```
 */
export function adamW(options: AdamWOptions): Optimizer {
  checkOptions('adamW', options, ['learningRate', 'beta1', 'beta2', 'epsilon', 'weightDecay']);
  const { learningRate, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0.01 } = options ?? {};
  checkRate('learningRate', learningRate, { min: 0 });
  // 1 would never let a gradient in.
  checkNumber('beta1', beta1, { min: 0, max: 1 - Number.EPSILON });
  checkNumber('beta2', beta2, { min: 0, max: 1 - Number.EPSILON });
  checkNumber('epsilon', epsilon, { min: 0, above: true });
  checkNumber('weightDecay', weightDecay, { min: 0 });
  return makeOptimizer(
    'adamW',
    { learningRate, beta1, beta2, epsilon, weightDecay },
    ['signed', 'nonNegative'],
    (slot) => {
      const { numbers, gradient, learningRate: rate } = slot;
      const [mean, square] = slot.buffers as [Float64Array, Float64Array];
      const meanScale = 1 - beta1 ** (slot.step + 1);
      const squareScale = 1 - beta2 ** (slot.step + 1);
      for (let i = 0; i < numbers.length; i++) {
        const slope = gradient[i] as number;
        const m = beta1 * (mean[i] as number) + (1 - beta1) * slope;
        const s = beta2 * (square[i] as number) + (1 - beta2) * slope * slope;
        mean[i] = m;
        square[i] = s;
        const towards = m / meanScale / (Math.sqrt(s / squareScale) + epsilon);
        numbers[i] = (1 - rate * weightDecay) * (numbers[i] as number) - rate * towards;
      }
    },
  );
}
