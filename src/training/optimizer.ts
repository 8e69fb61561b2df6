/** What the optimizers have in common: parameters in, gradients in, parameters out. */
import { describe, EigenviewError } from '../errors.js';
import { checkDense, checkSameShape, shape } from '../matrix/check.js';
import { Matrix } from '../matrix/matrix.js';
import { OptimizerState } from './optimizer-state.js';
import { type Rate, rateAt } from './schedule.js';

/** Makes descent steps from gradients. Pure: what it is given stays as it is, what it remembers is in the state. */
export interface Optimizer {
  readonly name: string;
  /** What it was made with, defaults filled in; a schedule as the word 'schedule'. */
  readonly settings: Readonly<Record<string, number | boolean | string>>;
  /** The state before the first step. */
  start(parameters: readonly Matrix[]): OptimizerState;
  /**
   * One step. Parameters of a single column, as biases are, are neither decayed nor adapted where the optimizer says
   * so.
   *
   * @throws EigenviewError `SHAPE_MISMATCH`, `NOT_FINITE`; `OUT_OF_RANGE` when a number overflows; `CUSTOM_FAILED` when
   * a schedule throws
   */
  step(parameters: readonly Matrix[], gradients: readonly Matrix[], state: OptimizerState): OptimizerStep;
  /**
   * Whether a state that was saved can be one of this optimizer and of such parameters.
   *
   * @throws EigenviewError `SHAPE_MISMATCH`, `OUT_OF_RANGE`, `INVALID_ARGUMENT` where it cannot
   */
  checkState?(parameters: readonly Matrix[], state: OptimizerState): void;
}

export interface OptimizerStep {
  /** New matrices, float64. */
  parameters: Matrix[];
  state: OptimizerState;
}

/** One parameter in a step: its numbers and buffers are the rule's to change. */
export interface Slot {
  numbers: Float64Array;
  gradient: ArrayLike<number>;
  buffers: readonly Float64Array[];
  learningRate: number;
  /** Steps made before this one. */
  step: number;
  /** A single column: a bias. */
  column: boolean;
}

/** What an optimizer remembers of each number of a parameter. */
export type Buffer = 'signed' | 'nonNegative';

export function makeOptimizer(
  name: string,
  settings: { learningRate: Rate } & Record<string, Rate | boolean>,
  kinds: readonly Buffer[],
  rule: (slot: Slot) => void,
): Optimizer {
  const { learningRate } = settings;
  return {
    name,
    settings: Object.fromEntries(
      Object.entries(settings).map(([key, value]) => [key, typeof value === 'function' ? 'schedule' : value]),
    ),
    start(parameters) {
      const shapes = checkList('parameters', parameters);
      return new OptimizerState(
        0,
        shapes.map(({ rows, cols }) => kinds.map(() => Matrix.zeros(rows, cols))),
        name,
      );
    },
    step(parameters, gradients, state) {
      const before = checkList('parameters', parameters);
      const slopes = checkList('gradients', gradients);
      checkLengths(before, slopes);
      checkState(before, state, name, kinds);
      const rate = rateAt('learningRate', learningRate, state.step, { min: 0 });
      const after = before.map(copy);
      const buffers = state.buffers.map((own) => own.map(copy));
      for (const [i, { data, cols }] of after.entries()) {
        rule({
          numbers: data as Float64Array,
          gradient: (slopes[i] as Matrix).data,
          buffers: (buffers[i] as Matrix[]).map((buffer) => buffer.data as Float64Array),
          learningRate: rate,
          step: state.step,
          column: cols === 1,
        });
      }
      for (const matrix of [after, buffers].flat(2)) checkStep(name, matrix);
      return { parameters: after, state: new OptimizerState(state.step + 1, buffers, name) };
    },
    checkState(parameters, state) {
      checkState(checkList('parameters', parameters), state, name, kinds);
    },
  };
}

export function checkOptimizer(value: unknown): asserts value is Optimizer {
  const { name, settings, start, step, checkState } = (value ?? {}) as Partial<Optimizer>;
  const functions = [start, step, ...(checkState === undefined ? [] : [checkState])];
  const named = typeof name === 'string' && typeof settings === 'object' && settings !== null;
  if (named && functions.every((member) => typeof member === 'function')) return;
  throw new EigenviewError('INVALID_ARGUMENT', 'An optimizer is needed.', {
    argument: 'optimizer',
    expected: 'an optimizer { name, settings, start, step }, such as sgd({ learningRate: 0.1 }) makes',
    received: describe(value),
  });
}

function copy({ rows, cols, data }: Matrix): Matrix {
  return new Matrix(rows, cols, Float64Array.from(data));
}

function checkList(argument: string, values: unknown): Matrix[] {
  if (!Array.isArray(values)) {
    throw new EigenviewError('INVALID_ARGUMENT', `${argument} are a list of matrices.`, {
      argument,
      expected: 'an array of matrices',
      received: describe(values),
    });
  }
  return Array.from(values as unknown[], (value, i) => {
    checkDense(`${argument}[${i}]`, value);
    return value;
  });
}

function checkLengths(parameters: readonly Matrix[], gradients: readonly Matrix[]): void {
  if (gradients.length !== parameters.length) {
    throw new EigenviewError('SHAPE_MISMATCH', 'Every parameter has one gradient.', {
      argument: 'gradients',
      expected: `of length ${parameters.length}`,
      received: `length ${gradients.length}`,
    });
  }
  for (const [i, { rows, cols }] of parameters.entries()) {
    checkSameShape(`gradients[${i}]`, gradients[i] as Matrix, rows, cols);
  }
}

function checkState(parameters: readonly Matrix[], state: unknown, name: string, kinds: readonly Buffer[]): void {
  const fits =
    state instanceof OptimizerState &&
    state.optimizer === name &&
    state.buffers.length === parameters.length &&
    parameters.every(({ rows, cols }, i) => {
      const own = state.buffers[i] as readonly Matrix[];
      return own.length === kinds.length && own.every((buffer) => buffer.rows === rows && buffer.cols === cols);
    });
  if (!fits) {
    throw new EigenviewError('SHAPE_MISMATCH', 'The state is not one of this optimizer and these parameters.', {
      argument: 'state',
      expected: `of ${name}, with ${kinds.length} buffers for each of ${parameters.map(shape).join(', ')}`,
      received: state instanceof OptimizerState ? `a state of '${state.optimizer}'` : describe(state),
      fix: 'Begin with optimizer.start(parameters).',
    });
  }
  for (const [i, own] of state.buffers.entries()) {
    for (const [j, kind] of kinds.entries()) if (kind === 'nonNegative') checkNonNegative(i, j, own[j] as Matrix);
  }
}

function checkNonNegative(parameter: number, buffer: number, { data }: Matrix): void {
  for (let i = 0; i < data.length; i++) {
    if ((data[i] as number) >= 0) continue;
    throw new EigenviewError('OUT_OF_RANGE', 'A mean of squares is negative.', {
      argument: `state.buffers[${parameter}][${buffer}]`,
      expected: 'at least 0 everywhere',
      received: String(data[i]),
    });
  }
}

function checkStep(name: string, { data }: Matrix): void {
  for (let i = 0; i < data.length; i++) {
    if (Number.isFinite(data[i])) continue;
    // Names no argument: that is what tells an overflow from what a caller has got wrong.
    throw new EigenviewError('OUT_OF_RANGE', `${name}: the step overflows.`, {
      expected: 'gradients and a learning rate of moderate size',
      fix: 'Lower the learning rate.',
    });
  }
}
