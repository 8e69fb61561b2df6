import { describe, EigenviewError } from '../errors.js';
import { checkInteger, checkNumber, checkOneOf, checkSeed } from '../matrix/check.js';
import type { StudyCell } from '../study/cell.js';
import { PROBLEMS } from '../study/protocol.js';

/** What the y axis can show. */
export const MEASURES = ['distance', 'angle'] as const;

export type Measure = (typeof MEASURES)[number];

/** One run of the alignment study, as far as a figure needs it. */
export type FigureCell = Pick<
  StudyCell,
  'problem' | 'noise' | 'theta' | 'k' | 'alpha' | 'n' | 'seed' | 'distance' | 'angle'
>;

/** Checks what a figure of `measure` reads; the other measure may be anything. */
export function checkCell(argument: string, value: unknown, measure: Measure): asserts value is FigureCell {
  if (typeof value !== 'object' || value === null) {
    throw new EigenviewError('INVALID_ARGUMENT', 'A cell of the study is an object.', {
      argument,
      expected: `an object with problem, noise, theta, k, alpha, n, seed and ${measure}`,
      received: describe(value),
    });
  }
  const cell = value as Record<string, unknown>;
  checkOneOf(`${argument}.problem`, cell.problem, PROBLEMS);
  checkAmount(`${argument}.noise`, cell.noise);
  checkAmount(`${argument}.theta`, cell.theta);
  checkInteger(`${argument}.k`, cell.k, { min: 1 });
  checkAmount(`${argument}.alpha`, cell.alpha);
  checkInteger(`${argument}.n`, cell.n, { min: 1 });
  checkSeed(`${argument}.seed`, cell.seed);
  checkAmount(`${argument}.${measure}`, cell[measure]);
}

function checkAmount(argument: string, value: unknown): asserts value is number {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new EigenviewError('NOT_FINITE', `${argument} cannot be drawn.`, {
      argument,
      expected: 'finite',
      received: String(value),
      fix: 'Leave out the cells that failed.',
    });
  }
  checkNumber(argument, value, { min: 0 });
}

export function checkTitle(title: unknown): asserts title is string {
  if (typeof title !== 'string') {
    throw new EigenviewError('INVALID_ARGUMENT', 'A title is text.', {
      argument: 'title',
      expected: 'a string',
      received: describe(title),
    });
  }
}
