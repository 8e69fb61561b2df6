import { describe, expect, test } from 'vitest';
import { eigh } from '../../../src/backends/js/eigh.js';
import { definiteSpectrum, spectrum } from '../../../src/backends/js/spectrum.js';
import { maxAbs } from '../../../src/matrix/check.js';
import { Matrix } from '../../../src/matrix/matrix.js';
import { failure } from '../../support/failure.js';
import fc from '../../support/properties.js';
import { checkEigh, EPS } from '../invariants.js';
import { symmetric } from '../matrices.js';

describe('spectrum', () => {
  test('of a diagonal matrix is exact, whatever its range', () => {
    const { values, vectors } = spectrum(Matrix.diagonal([1e-20, 0.1, 1, -1e-30]));
    expect([...values]).toEqual([1, 0.1, 1e-20, -1e-30]);
    expect(vectors.toArray()).toEqual([
      [0, 0, 1, 0],
      [0, 1, 0, 0],
      [1, 0, 0, 0],
      [0, 0, 0, 1],
    ]);
  });

  test('of a known matrix', () => {
    const { values, vectors } = spectrum(
      Matrix.from([
        [2, 1],
        [1, 2],
      ]),
    );
    const root = Math.SQRT1_2;
    expect(values).toBeCloseToArray([3, 1], 10 * EPS);
    expect(vectors).toBeCloseToArray([root, root, root, -root], 10 * EPS);
  });

  test('reads the upper triangle alone', () => {
    const whole = [
      [2, 1, 0.5],
      [1, 3, -1],
      [0.5, -1, 1],
    ];
    const upper = whole.map((row, i) => row.map((x, j) => (j < i ? 100 : x)));
    expect(spectrum(Matrix.from(upper))).toEqual(spectrum(Matrix.from(whole)));
  });

  test('of symmetric matrices of elements of any size', () => {
    const element = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e307, max: 1e307 });
    const tiny = fc.tuple(element, fc.integer({ min: 0, max: 600 })).map(([x, e]) => (x * 2 ** -e) / 2 ** e);
    fc.assert(
      fc.property(fc.array(fc.oneof(element, tiny), { minLength: 16, maxLength: 16 }), (all) => {
        const a = new Matrix(4, 4);
        for (let i = 0; i < 4; i++) {
          for (let j = 0; j < 4; j++) a.data[i * 4 + j] = all[Math.min(i, j) * 4 + Math.max(i, j)] as number;
        }
        // Eigenvalues below the normal numbers are rounded to few digits, or to 0, whatever they were computed to.
        fc.pre(maxAbs(a.data) > 1e-290);
        checkEigh(a, undefined, undefined, eigh(a, undefined));
      }),
      { numRuns: 300 },
    );
  });
});

describe('definiteSpectrum', () => {
  const diagonal = (...values: number[]) => Matrix.diagonal(values);

  test('draws the line at n·eps of the largest', async () => {
    expect(definiteSpectrum('whiten', diagonal(1, 2.1 * EPS), undefined).rank).toBe(2);
    const code = async (x: number) => (await failure(() => definiteSpectrum('whiten', diagonal(1, x), undefined))).code;
    expect(await code(2 * EPS)).toBe('SINGULAR');
    expect(await code(0)).toBe('SINGULAR');
    expect(await code(-2 * EPS)).toBe('SINGULAR');
    expect(await code(-2.1 * EPS)).toBe('NOT_POSITIVE_DEFINITE');
  });

  test('with a tolerance keeps what exceeds it', async () => {
    const rank = (tolerance: number) => definiteSpectrum('whiten', diagonal(4, 2, 0.4, 0, -1e-17), tolerance).rank;
    expect([rank(0), rank(0.09), rank(0.1), rank(0.5), rank(0.99)]).toEqual([3, 3, 2, 1, 1]);
    expect((await failure(() => rank(1))).code).toBe('SINGULAR');
  });

  test('with a tolerance forgives what is as little below zero', async () => {
    expect(definiteSpectrum('whiten', diagonal(1, 0.5, -0.09), 0.1).rank).toBe(2);
    const error = await failure(() => definiteSpectrum('whiten', diagonal(1, 0.5, -0.11), 0.1));
    expect(error.code).toBe('NOT_POSITIVE_DEFINITE');
  });

  test('names the lowest eigenvalue and its direction', async () => {
    const a = symmetric(3, [2, 1, -1]);
    const error = await failure(() => definiteSpectrum('inverseSqrt', a, 0.1));
    expect(error.code).toBe('NOT_POSITIVE_DEFINITE');
    expect(error.message).toContain('inverseSqrt: ');
    expect(error.message).toContain('(-1.00e+0)');
    expect(error.direction).toBeCloseToArray(spectrum(a).vectors.row(2), 0);
  });
});
