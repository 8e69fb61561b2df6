/** An optimizer as the trainer asks it: it may be the caller's, so that its answers are checked. */
import { describe, EigenviewError } from '../errors.js';
import { checkMatrix, checkSameShape } from '../matrix/check.js';
import { Matrix } from '../matrix/matrix.js';
import { callCustom } from './call-custom.js';
import type { Optimizer, OptimizerStep } from './optimizer.js';
import { OptimizerState } from './optimizer-state.js';

/** @throws EigenviewError `CUSTOM_FAILED`, `INVALID_ARGUMENT` */
export function startOptimizer(optimizer: Optimizer, parameters: readonly Matrix[]): OptimizerState {
  const state: unknown = callCustom('optimizer', 'passed', () => optimizer.start(parameters));
  checkState(state, 0, 'start');
  return state;
}

/**
 * One step; its parameters may not be finite.
 *
 * @throws EigenviewError what the optimizer throws; `CUSTOM_FAILED`, `INVALID_ARGUMENT`, `SHAPE_MISMATCH`
 */
export function stepOptimizer(
  optimizer: Optimizer,
  parameters: readonly Matrix[],
  gradients: readonly Matrix[],
  before: OptimizerState,
): OptimizerStep {
  const answer: unknown = callCustom('optimizer', 'passed', () => optimizer.step(parameters, gradients, before));
  const { parameters: after, state } = (answer ?? {}) as Partial<OptimizerStep>;
  if (!Array.isArray(after) || after.length !== parameters.length) {
    const expected = `with a step that returns { parameters, state }, ${parameters.length} of them`;
    throw invalid(expected, Array.isArray(after) ? `${after.length} of them` : describe(answer));
  }
  checkState(state, before.step + 1, 'step');
  return { parameters: parameters.map((shape, i) => checkParameter(i, after[i], shape)), state };
}

function checkParameter(at: number, value: unknown, { rows, cols }: Matrix): Matrix {
  const argument = `parameters[${at}] of the optimizer's step`;
  checkMatrix(argument, value);
  checkSameShape(argument, value, rows, cols);
  // As a checkpoint has them.
  return value.data instanceof Float64Array ? value : new Matrix(rows, cols, Float64Array.from(value.data));
}

function checkState(state: unknown, step: number, by: 'start' | 'step'): asserts state is OptimizerState {
  if (state instanceof OptimizerState && state.step === step) return;
  const received = state instanceof OptimizerState ? `one of step ${state.step}` : describe(state);
  throw invalid(`with a ${by} that returns an OptimizerState of step ${step}`, received);
}

function invalid(expected: string, received: string): EigenviewError {
  return new EigenviewError('INVALID_ARGUMENT', 'The optimizer does not answer as one.', {
    argument: 'optimizer',
    expected,
    received,
  });
}
