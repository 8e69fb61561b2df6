import { describe, expect, it } from 'vitest';
import {
  type CanonicalFunctionsOptions,
  canonicalFunctions,
  canonicalFunctionsSync,
} from '../../src/dynamics/canonical-functions.js';
import { discretePair } from '../../src/dynamics/pairs/discrete-pair.js';
import { gaussianPair } from '../../src/dynamics/pairs/gaussian-pair.js';
import { torusPair } from '../../src/dynamics/pairs/torus-pair.js';
import type { ViewPair } from '../../src/dynamics/pairs/view-pair.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { product } from '../support/algebra.js';
import { BACKENDS } from '../support/backends.js';
import { failure } from '../support/failure.js';

const channel = discretePair(
  Matrix.from([
    [0.2, 0.1, 0.05, 0.05],
    [0.05, 0.15, 0.1, 0],
    [0, 0.05, 0.05, 0.2],
  ]),
);
const skew = torusPair({ degree: 2, shift: { points: [0.5, 1], weights: [1, 2] } });
const negative = gaussianPair({ rho: -0.5, degree: 4 });

describe.each(BACKENDS)('canonicalFunctions on %s', (backend) => {
  it.each([channel, skew, negative])('diagonalises the gram: $name', async (pair) => {
    const k = Math.min(pair.gram.rows, pair.gram.cols);
    const result = await canonicalFunctions(pair, { k, backend });
    const { correlations, functions, partners, residual } = result;
    expect(product(functions, pair.gram, partners.transpose())).toBeCloseToArray(Matrix.diagonal(correlations), 1e-13);
    for (const rows of [functions, partners]) {
      expect(product(rows, rows.transpose())).toBeCloseToArray(Matrix.identity(k), 1e-13);
    }
    expect(residual).toBeLessThan(1e-14);
    expect(canonicalFunctionsSync(pair, { k, backend })).toEqual(result);
  });

  it('keeps signs where the pair is exchangeable, with one set of functions', async () => {
    const { correlations, functions, partners } = await canonicalFunctions(negative, { k: 5, backend });
    expect(correlations).toBeCloseToArray([1, 0.25, 0.0625, -0.125, -0.5], 1e-15);
    expect(partners).toBe(functions);
  });

  it('returns the k largest, with the signs of the linalg rule', async () => {
    const { correlations, functions, partners } = await canonicalFunctions(channel, { k: 2, backend });
    const all = await canonicalFunctions(channel, { k: 3, backend });
    expect(correlations).toBeCloseToArray(all.correlations.subarray(0, 2), 1e-13);
    expect([functions.rows, functions.cols, partners.rows, partners.cols]).toEqual([2, 3, 2, 4]);
    for (const row of partners.toArray()) {
      expect(row[row.map(Math.abs).indexOf(Math.max(...row.map(Math.abs)))]).toBeGreaterThan(0);
    }
  });
});

describe('canonicalFunctions', () => {
  it('is the same on both backends', async () => {
    const [a, b] = [
      await canonicalFunctions(channel, { k: 3, backend: 'js' }),
      await canonicalFunctions(channel, { k: 3, backend: 'native' }),
    ];
    for (const field of ['correlations', 'functions', 'partners'] as const) {
      expect(a[field]).toBeCloseToArray(b[field], 1e-12);
    }
  });

  it.each([
    ['OUT_OF_RANGE', channel, { k: 4 }],
    ['OUT_OF_RANGE', channel, { k: 0 }],
    ['INVALID_ARGUMENT', channel, {}],
    ['INVALID_ARGUMENT', channel, undefined],
    ['INVALID_ARGUMENT', undefined, { k: 1 }],
    ['INVALID_ARGUMENT', { gram: 3 }, { k: 1 }],
    ['NOT_SYMMETRIC', { ...skew, exchangeable: true }, { k: 1 }],
    ['NOT_FINITE', { ...channel, gram: Matrix.from([[Number.NaN]]) }, { k: 1 }],
    ['UNKNOWN_OPTION', channel, { k: 1, count: 2 }],
  ])('refuses: %s %#', async (code, pair, options) => {
    const args = [pair as ViewPair, options as CanonicalFunctionsOptions] as const;
    expect((await failure(() => canonicalFunctions(...args))).code).toBe(code);
    expect((await failure(() => canonicalFunctionsSync(...args))).code).toBe(code);
  });

  it('stops when aborted', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(canonicalFunctions(channel, { k: 1, signal })).rejects.toThrow('enough');
  });
});
