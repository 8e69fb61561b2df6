/** Checks of what the flows of a pair are made from. */
import { describe, EigenviewError } from '../../errors.js';
import { checkBoolean, checkDense, checkInteger, checkNumber, checkSymmetric } from '../../matrix/check.js';
import { Matrix } from '../../matrix/matrix.js';
import type { ViewPair } from '../pairs/view-pair.js';
import { symmetrise } from '../symmetrise.js';

/** A copy of the pair's M. */
export function gramOf(pair: ViewPair): Matrix {
  if (typeof pair !== 'object' || pair === null) {
    throw new EigenviewError('INVALID_ARGUMENT', 'A flow is made from a pair of views.', {
      argument: 'pair',
      expected: 'a ViewPair, as discretePair, gaussianPair and the like make',
      received: describe(pair),
    });
  }
  checkDense('pair.gram', pair.gram);
  return new Matrix(pair.gram.rows, pair.gram.cols, Float64Array.from(pair.gram.data));
}

/** The same of an exchangeable pair, symmetric to the last bit. */
export function symmetricGramOf(flow: string, pair: ViewPair, instead: string): Matrix {
  const gram = gramOf(pair);
  checkBoolean('pair.exchangeable', pair.exchangeable);
  if (!pair.exchangeable) {
    throw new EigenviewError('NOT_SYMMETRIC', `${flow} has one encoder for both views, which must be exchangeable.`, {
      argument: 'pair',
      expected: 'exchangeable: (x, y) distributed as (y, x)',
      received: 'a pair that is not',
      fix: `Make the pair from a symmetric table, or from views drawn alike${instead}.`,
    });
  }
  checkSymmetric('pair.gram', gram);
  symmetrise(gram);
  return gram;
}

/** k functions of a dictionary of so many. */
export function checkFunctions(k: unknown, dimension: number): asserts k is number {
  checkInteger('k', k, { min: 1, max: dimension });
}

/** λ > 0; `why` it may not vanish. */
export function checkPositiveRidge(argument: string, value: unknown, why: string): asserts value is number {
  checkNumber(argument, value);
  if (value > 0) return;
  throw new EigenviewError('OUT_OF_RANGE', why, {
    argument,
    expected: 'above 0',
    received: String(value),
    fix: 'Use a small positive one.',
  });
}
