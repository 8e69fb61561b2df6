import type { Backend } from '../backends/backend.js';
import type { LossControl } from '../backends/losses.js';
import { beginCall, type CallOptions } from '../backends/select.js';

/** Where an objective is computed, and for whom. */
export interface Site {
  backend: Backend;
  control: LossControl;
}

/** Checks the options of an objective and finds its backend. */
export function beginLoss(
  operation: string,
  options: (CallOptions & object) | undefined,
  known: readonly string[] = [],
): Site {
  const { backend, control } = beginCall(operation, options, known);
  return { backend, control: { ...control, operation } };
}
