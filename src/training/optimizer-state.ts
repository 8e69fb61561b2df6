import { describe, EigenviewError } from '../errors.js';
import { checkInteger } from '../matrix/check.js';
import type { Matrix } from '../matrix/matrix.js';
import type { JsonArray } from '../moments/serialise.js';
import { decodeMatrix, encodeMatrix } from './matrix-json.js';

export interface OptimizerStateJson {
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
  /**
   * @param step steps that were made
   * @param buffers for each parameter its buffers, of the parameter's shape: the velocity; of AdamW the two moments
   */
  constructor(
    readonly step: number,
    readonly buffers: readonly (readonly Matrix[])[],
  ) {}

  toJSON(): OptimizerStateJson {
    return { step: this.step, buffers: this.buffers.map((own) => own.map(encodeMatrix)) };
  }

  /**
   * @throws EigenviewError `INVALID_ARGUMENT`, `SHAPE_MISMATCH`, `NOT_FINITE` for anything but what {@link toJSON}
   * makes
   */
  static fromJSON(json: unknown): OptimizerState {
    const { step, buffers } = (json ?? {}) as Partial<OptimizerStateJson>;
    checkInteger('json.step', step, { min: 0 });
    const lists = checkList('json.buffers', buffers).map((own, i) => checkList(`json.buffers[${i}]`, own));
    return new OptimizerState(
      step,
      lists.map((own, i) => own.map((buffer, j) => decodeMatrix(`json.buffers[${i}][${j}]`, buffer))),
    );
  }
}

function checkList(argument: string, value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  throw new EigenviewError('INVALID_ARGUMENT', 'This is not the JSON of an OptimizerState.', {
    argument,
    expected: 'an array',
    received: describe(value),
  });
}
