import { describe, EigenviewError } from '../errors.js';
import { checkDense, checkInteger } from '../matrix/check.js';
import type { Matrix } from '../matrix/matrix.js';
import type { JsonArray } from '../moments/serialise.js';
import { decodeMatrix, encodeMatrix } from './matrix-json.js';

export interface OptimizerStateJson {
  optimizer: string;
  step: number;
  buffers: JsonArray[][];
}

/**
 * What an optimizer remembers between steps. It is never changed: a step makes a new one.
 *
 * @example
 * ```ts
 * const text = JSON.stringify(state);
 * const same = OptimizerState.fromJSON(JSON.parse(text)); // to the last bit
 * ```
 */
export class OptimizerState {
  /** For each parameter its buffers. */
  readonly buffers: readonly (readonly Matrix[])[];

  /**
   * @param step steps that were made
   * @param buffers for each parameter its buffers, of the parameter's shape: the velocity; of AdamW the two moments
   * @param optimizer name of the optimizer whose state it is; default none
   * @throws EigenviewError `INVALID_ARGUMENT`, `OUT_OF_RANGE`, `EMPTY`, `NOT_FINITE`
   */
  constructor(
    readonly step: number,
    buffers: readonly (readonly Matrix[])[],
    readonly optimizer = '',
  ) {
    checkInteger('step', step, { min: 0 });
    if (typeof optimizer !== 'string') throw invalid('optimizer', 'a name', optimizer);
    this.buffers = checkList('buffers', buffers).map((own, i) =>
      checkList(`buffers[${i}]`, own).map((buffer, j) => {
        checkDense(`buffers[${i}][${j}]`, buffer);
        return buffer;
      }),
    );
  }

  toJSON(): OptimizerStateJson {
    const { optimizer, step } = this;
    return { optimizer, step, buffers: this.buffers.map((own) => own.map(encodeMatrix)) };
  }

  /**
   * @throws EigenviewError `INVALID_ARGUMENT`, `SHAPE_MISMATCH`, `NOT_FINITE` for anything but what {@link toJSON}
   * makes
   */
  static fromJSON(json: unknown): OptimizerState {
    const { optimizer, step, buffers } = (json ?? {}) as Partial<OptimizerStateJson>;
    if (typeof optimizer !== 'string') throw invalid('json.optimizer', 'a name', optimizer);
    checkInteger('json.step', step, { min: 0 });
    const lists = checkList('json.buffers', buffers).map((own, i) => checkList(`json.buffers[${i}]`, own));
    return new OptimizerState(
      step,
      lists.map((own, i) => own.map((buffer, j) => decodeMatrix(`json.buffers[${i}][${j}]`, buffer))),
      optimizer,
    );
  }
}

function checkList(argument: string, value: unknown): unknown[] {
  if (Array.isArray(value)) return Array.from(value as unknown[]);
  throw invalid(argument, 'an array', value);
}

function invalid(argument: string, expected: string, value: unknown): EigenviewError {
  return new EigenviewError('INVALID_ARGUMENT', 'This is not the state of an optimizer.', {
    argument,
    expected,
    received: describe(value),
  });
}
