import { describe, expect, it } from 'vitest';
import { canonicalFunctionsSync } from '../../../src/dynamics/canonical-functions.js';
import { discretePair } from '../../../src/dynamics/pairs/discrete-pair.js';
import { Matrix } from '../../../src/matrix/matrix.js';
import { STREAMS, uniform } from '../../../src/runtime/random.js';
import { failure } from '../../support/failure.js';
import fc from '../../support/properties.js';
import { column, dictionaryAt, expectGram, weightedProduct } from './expectations.js';

const correlationsOf = (table: Matrix, centered = false) => {
  const pair = discretePair(table, { centered });
  return canonicalFunctionsSync(pair, { k: Math.min(pair.gram.rows, pair.gram.cols) }).correlations;
};

/** A random walk on a cycle, one step either way or none. */
function cycle(n: number, stay: number): Matrix {
  const table = new Matrix(n, n);
  for (let i = 0; i < n; i++) {
    for (const [step, share] of [
      [0, stay],
      [1, (1 - stay) / 2],
      [n - 1, (1 - stay) / 2],
    ] as const) {
      (table.data[i * n + ((i + step) % n)] as number) += share / n;
    }
  }
  return table;
}

/** Positive weights as a joint table. */
const tables = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 })).chain(([rows, cols]) =>
  fc
    .array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: rows * cols, maxLength: rows * cols })
    .map((weights) => {
      const sum = weights.reduce((total, weight) => total + weight, 0);
      return new Matrix(
        rows,
        cols,
        Float64Array.from(weights, (weight) => weight / sum),
      );
    }),
);

const states = (n: number) => column(Array.from({ length: n }, (_, i) => i));

function marginals(table: Matrix): { x: number[]; y: number[] } {
  const sum = (rows: number[][]) => rows.map((row) => row.reduce((total, p) => total + p, 0));
  return { x: sum(table.toArray()), y: sum(table.transpose().toArray()) };
}

describe('discretePair', () => {
  it('of a binary symmetric channel has correlations 1 and 1 − 2ε', () => {
    for (const error of [0, 0.1, 0.5, 0.9]) {
      const stay = (1 - error) / 2;
      const pair = discretePair(
        Matrix.from([
          [stay, error / 2],
          [error / 2, stay],
        ]),
      );
      const { correlations } = canonicalFunctionsSync(pair, { k: 2 });
      expect(pair.exchangeable).toBe(true);
      expect(correlations).toBeCloseToArray([1, 1 - 2 * error], 1e-12);
    }
  });

  it('of a binary erasure channel, not square, has √(1 − ε)', () => {
    const erased = 0.3;
    const table = Matrix.from([
      [0.5 * (1 - erased), 0.5 * erased, 0],
      [0, 0.5 * erased, 0.5 * (1 - erased)],
    ]);
    expect(discretePair(table).exchangeable).toBe(false);
    expect(correlationsOf(table)).toBeCloseToArray([1, Math.sqrt(1 - erased)], 1e-12);
  });

  it('of a walk on a cycle has the walk’s eigenvalues, negative ones too', () => {
    const n = 7;
    const eigenvalues = Array.from({ length: n }, (_, j) => 0.2 + 0.8 * Math.cos((2 * Math.PI * j) / n));
    expect(correlationsOf(cycle(n, 0.2))).toBeCloseToArray(
      eigenvalues.sort((a, b) => b - a),
      1e-12,
    );
  });

  it('has orthonormal functions whose cross moments are the gram', () => {
    fc.assert(
      fc.property(tables, fc.boolean(), (table, centered) => {
        fc.pre(!centered || Math.min(table.rows, table.cols) > 1);
        const pair = discretePair(table, { centered });
        const f = dictionaryAt(pair, states(table.rows));
        const g = dictionaryAt(pair, states(table.cols), 'y');
        const { x, y } = marginals(table);
        expect(weightedProduct(f, f, x)).toBeCloseToArray(Matrix.identity(f.cols), 1e-12);
        expect(weightedProduct(g, g, y)).toBeCloseToArray(Matrix.identity(g.cols), 1e-12);
        const smoothed = weightedProduct(table.transpose(), g, new Array(table.cols).fill(1));
        expect(weightedProduct(f, smoothed, new Array(table.rows).fill(1))).toBeCloseToArray(pair.gram, 1e-12);
        if (!centered) return;
        const ones = new Matrix(table.rows, 1, new Float64Array(table.rows).fill(1));
        expect(weightedProduct(ones, f, x)).toBeCloseToArray(new Float64Array(f.cols), 1e-12);
      }),
    );
  });

  it('centred loses the constant and nothing else', () => {
    fc.assert(
      fc.property(tables, (table) => {
        fc.pre(Math.min(table.rows, table.cols) > 1);
        const all = correlationsOf(table);
        expect(all[0]).toBeCloseTo(1, 12);
        expect(correlationsOf(table, true)).toBeCloseToArray(all.subarray(1), 1e-12);
      }),
    );
  });

  it('centred stays symmetric to the last bit', () => {
    const { gram, exchangeable, centered } = discretePair(cycle(6, 0.3), { centered: true });
    expect([exchangeable, centered]).toEqual([true, true]);
    expect(gram.transpose()).toEqual(gram);
  });

  it('agrees with drawn states', () => {
    const table = Matrix.from([
      [0.2, 0.05, 0.05],
      [0.1, 0.1, 0.1],
      [0, 0.1, 0.3],
    ]);
    const n = 20_000;
    const cells = uniform(3, 0, STREAMS.start, new Float64Array(n)).map((u) => {
      let cell = 0;
      for (let rest = u - table.get(0, 0); rest >= 0; rest -= table.data[cell] as number) cell++;
      return cell;
    });
    for (const centered of [false, true]) {
      const pair = discretePair(table, { centered });
      expectGram(pair, column(cells.map((c) => Math.floor(c / 3))), column(cells.map((c) => c % 3)));
    }
  });

  it('counts a table as symmetric to 1e-10 of its largest element', () => {
    const table = (off: number) =>
      Matrix.from([
        [0.4, 0.1 + off],
        [0.1 - off, 0.4],
      ]);
    expect(discretePair(table(1e-11)).exchangeable).toBe(true);
    expect(discretePair(table(1e-11)).gram.transpose()).toEqual(discretePair(table(1e-11)).gram);
    expect(discretePair(table(1e-9)).exchangeable).toBe(false);
  });

  it('takes states of tiny probability', () => {
    const { gram } = discretePair(
      Matrix.from([
        [1, 0],
        [0, 1e-300],
      ]),
    );
    expect(gram).toBeCloseToArray([1, 0, 0, 1], 1e-12);
  });

  it.each([
    ['OUT_OF_RANGE', Matrix.from([[0.5, 0.4]]), /sum of 0\.9.*Divide it by its sum/],
    ['OUT_OF_RANGE', Matrix.from([[1.5, -0.5]]), /table\(0, 1\)/],
    [
      'OUT_OF_RANGE',
      Matrix.from([
        [0.5, 0.5],
        [0, 0],
      ]),
      /row 1/,
    ],
    [
      'OUT_OF_RANGE',
      Matrix.from([
        [0.5, 0],
        [0.5, 0],
      ]),
      /column 1/,
    ],
    ['NOT_FINITE', Matrix.from([[Number.NaN, 1]]), /table/],
    ['EMPTY', new Matrix(0, 3), /table/],
    ['INVALID_ARGUMENT', [[1]], /Matrix/],
  ])('refuses a table: %s', async (code, table, words) => {
    const error = await failure(() => discretePair(table as Matrix));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(words);
  });

  it('refuses what is no state, no coefficient, no side, no option', async () => {
    const table = Matrix.from([[0.5, 0.2, 0.3]]);
    const pair = discretePair(table);
    const one = Matrix.from([[1]]);
    const codes = await Promise.all(
      [
        () => pair.evaluate(one, one),
        () => pair.evaluate(one, Matrix.from([[0.5]])),
        () => pair.evaluate(one, Matrix.from([[-1]])),
        () => pair.evaluate(one, Matrix.from([[0, 0]])),
        () => pair.evaluate(one, Matrix.from([[0]]), 'y'),
        () => pair.evaluate(one, Matrix.from([[0]]), 'z' as 'x'),
        () => pair.evaluate(Matrix.from([[Number.NaN]]), Matrix.from([[0]])),
        () => discretePair(table, { centred: true } as object),
        () => discretePair(table, { centered: 1 } as object),
        () => discretePair(table, { centered: true }),
      ].map(async (action) => (await failure(action)).code),
    );
    expect(codes).toEqual([
      'OUT_OF_RANGE',
      'OUT_OF_RANGE',
      'OUT_OF_RANGE',
      'SHAPE_MISMATCH',
      'SHAPE_MISMATCH',
      'INVALID_ARGUMENT',
      'NOT_FINITE',
      'UNKNOWN_OPTION',
      'INVALID_ARGUMENT',
      'EMPTY',
    ]);
  });
});
