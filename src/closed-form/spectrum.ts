import { describe, EigenviewError } from '../errors.js';

export interface SpectrumOptions {
  /** `full` (default): all d scores. `top`: the leading k only, by a solver that is faster when k is a small part of d. */
  spectrum?: 'full' | 'top';
}

export function checkSpectrum(value: unknown): void {
  if (value === undefined || value === 'full' || value === 'top') return;
  throw new EigenviewError('INVALID_ARGUMENT', 'There is no such part of the spectrum.', {
    argument: 'spectrum',
    expected: "'full' or 'top'",
    received: describe(value),
  });
}
