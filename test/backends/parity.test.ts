import { describe, expect, test } from 'vitest';
import type { LinalgBackend, LinalgKernels } from '../../src/backends/linalg.js';
import { selectBackend } from '../../src/backends/select.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { product } from '../support/algebra.js';
import { BACKENDS } from '../support/backends.js';
import { failure } from '../support/failure.js';
import { norm } from './invariants.js';
import { definite, semidefinite, symmetric } from './matrices.js';
import { operations } from './operations.js';

const linalg = (name: string) => selectBackend(name).linalg;

describe.each(BACKENDS)('%s keeps every promise', (name) => {
  test.each(operations.map((operation) => [operation.name, operation] as const))('%s', (_, operation) => {
    operation.check(linalg(name));
  });

  test.each(operations.map((operation) => [operation.name, operation] as const))('later, %s', async (_, operation) => {
    await operation.agreeWithItself(linalg(name));
  });
});

describe.each(BACKENDS.filter((name) => name !== 'js'))('%s agrees with js', (name) => {
  test.each(operations.map((operation) => [operation.name, operation] as const))('%s', (_, operation) => {
    operation.agree(linalg(name), linalg('js'));
  });
});

type Call = (kernels: LinalgKernels) => unknown;

const indefinite = symmetric(1, [3, 1, -1]);
const negative = symmetric(2, [-1, -2, -3]);
const singular = semidefinite['rank 2 of 6'] as Matrix;
const fine = definite.random as Matrix;
const twins = Matrix.from([
  [1, 1],
  [1, 1],
]);

/** The matrix to blame, where the error must name a direction of it. */
const failures: [string, 'SINGULAR' | 'NOT_POSITIVE_DEFINITE', Call, Matrix?][] = [
  ['cholesky of an indefinite matrix', 'NOT_POSITIVE_DEFINITE', (k) => k.cholesky(indefinite), indefinite],
  ['cholesky of a zero pivot', 'NOT_POSITIVE_DEFINITE', (k) => k.cholesky(twins), twins],
  ['eigh with a singular B', 'SINGULAR', (k) => k.eigh(fine, padded(singular), undefined)],
  ['eigh with an indefinite B', 'NOT_POSITIVE_DEFINITE', (k) => k.eigh(indefinite, indefinite, undefined), indefinite],
  ['solve with equal rows', 'SINGULAR', (k) => k.solve(twins, Matrix.identity(2))],
  ['solve with a zero matrix', 'SINGULAR', (k) => k.solve(Matrix.zeros(3, 3), Matrix.identity(3))],
  ['solve with a condition number of 1e18', 'SINGULAR', (k) => k.solve(diagonal(1, 1e-18), Matrix.identity(2))],
  ...(['inverseSqrt', 'whiten'] as const).flatMap((name): typeof failures => [
    [`${name} of a singular matrix`, 'SINGULAR', (k) => k[name](twins, undefined), twins],
    [`${name} of rank 2 of 6`, 'SINGULAR', (k) => k[name](singular, undefined)],
    [`${name} of a zero matrix`, 'SINGULAR', (k) => k[name](Matrix.zeros(3, 3), undefined)],
    [`${name} of a condition number of 1e17`, 'SINGULAR', (k) => k[name](diagonal(1, 1e-17), undefined)],
    [`${name} of an indefinite matrix`, 'NOT_POSITIVE_DEFINITE', (k) => k[name](indefinite, undefined), indefinite],
    [`${name} of a negative matrix`, 'NOT_POSITIVE_DEFINITE', (k) => k[name](negative, undefined), negative],
    [`${name} of an indefinite matrix despite a tolerance`, 'NOT_POSITIVE_DEFINITE', (k) => k[name](indefinite, 1e-3)],
    [`${name} of a negative matrix despite a tolerance`, 'NOT_POSITIVE_DEFINITE', (k) => k[name](negative, 1e-3)],
    [`${name} of a zero matrix despite a tolerance`, 'SINGULAR', (k) => k[name](Matrix.zeros(3, 3), 1e-3)],
    [`${name} with a tolerance that drops everything`, 'SINGULAR', (k) => k[name](fine, 1)],
  ]),
];

function diagonal(...values: number[]): Matrix {
  return Matrix.diagonal(values);
}

/** The matrix beside a one, to fit the 7×7 that goes with it. */
function padded(a: Matrix): Matrix {
  const rows = a.toArray().map((row) => [...row, 0]);
  return Matrix.from([...rows, [...Array(a.rows).fill(0), 1]]);
}

describe.each(BACKENDS)('%s refuses', (name) => {
  test.each(failures)('%s: %s', async (_, code, call, blamed) => {
    const error = await failure(() => call(linalg(name).sync));
    expect(error.code).toBe(code);
    if (blamed === undefined) return;
    const direction = new Matrix(blamed.rows, 1, error.direction as Float64Array);
    expect(norm(direction)).toBeCloseTo(1, 12);
    // The lowest eigenvector: what A does to it is λ times it, and λ is not positive.
    const image = product(blamed, direction);
    const [value] = product(direction.transpose(), image).data as unknown as [number];
    expect(value).toBeLessThan(1e-12);
    expect(image).toBeCloseToArray(
      direction.data.map((x) => value * x),
      1e-12 * norm(blamed),
    );
  });

  test('later, with the same code', async () => {
    const error = await failure(() => linalg(name).async.inverseSqrt({}, indefinite, undefined));
    expect(error.code).toBe('NOT_POSITIVE_DEFINITE');
  });

  test.each([
    ['svd', (b: LinalgBackend, signal: AbortSignal) => b.async.svd({ signal }, fine, undefined)],
    ['eighBatch', (b: LinalgBackend, signal: AbortSignal) => b.async.eighBatch({ signal }, [fine], undefined)],
  ] as const)('an aborted %s, with the reason of the signal', async (_, call) => {
    const reason = new Error('enough');
    await expect(call(linalg(name), AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  test('to be disturbed by what happens to its argument after the call', async () => {
    const expected = linalg(name).sync.eigh(fine, undefined, undefined);
    const taken = new Matrix(fine.rows, fine.cols, fine.data.slice());
    const pending = linalg(name).async.eigh({}, taken, undefined, undefined);
    taken.data.fill(0);
    expect((await pending).values).toBeCloseToArray(expected.values, 1e-12);
  });
});
