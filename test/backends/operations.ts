/** Every operation with its cases, the check of one result and the comparison of two. */
import { expect } from 'vitest';
import { js } from '../../src/backends/js/index.js';
import type { LinalgBackend, LinalgKernels } from '../../src/backends/linalg.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { product, times } from '../support/algebra.js';
import { normals } from '../support/normals.js';
import { agreeEig, agreeEigh, agreeMatrix, agreeSvd } from './agreement.js';
import {
  checkCholesky,
  checkEig,
  checkEigh,
  checkInverseSqrt,
  checkSolve,
  checkSvd,
  checkWhitening,
  over,
  rounding,
  unit,
} from './invariants.js';
import { defective, definite, general, semidefinite, square, symmetric, symmetricMatrices } from './matrices.js';

/** One operation on one input. */
export interface Case {
  name: string;
  /** The result has the properties its documentation promises. */
  check(backend: LinalgBackend): void;
  /** Two backends found the same. */
  agree(one: LinalgBackend, other: LinalgBackend): void;
  /** The asynchronous operation finds what the synchronous one does. */
  agreeWithItself(backend: LinalgBackend): Promise<void>;
}

type Args<Name extends keyof LinalgKernels> = Parameters<LinalgKernels[Name]>;
type Result<Name extends keyof LinalgKernels> = ReturnType<LinalgKernels[Name]>;

function cases<Name extends keyof LinalgKernels>(
  operation: Name,
  inputs: Record<string, Args<Name>>,
  check: (result: Result<Name>, ...args: Args<Name>) => void,
  agree: (one: Result<Name>, other: Result<Name>, ...args: Args<Name>) => void,
): Case[] {
  type Sync = (...args: Args<Name>) => Result<Name>;
  type Async = (control: object, ...args: Args<Name>) => Promise<Result<Name>>;
  const run = ({ sync }: LinalgBackend, args: Args<Name>) => (sync[operation] as unknown as Sync)(...args);
  return Object.entries(inputs).map(([input, args]) => ({
    name: `${operation}: ${input}`,
    check(backend) {
      const before = structuredClone(args);
      check(run(backend, args), ...args);
      expect(structuredClone(args)).toEqual(before);
    },
    agree: (one, other) => agree(run(one, args), run(other, args), ...args),
    async agreeWithItself({ sync, async }) {
      const later = await (async[operation] as unknown as Async)({}, ...args);
      agree(later, (sync[operation] as unknown as Sync)(...args), ...args);
    },
  }));
}

const map = <T>(table: Record<string, Matrix>, make: (a: Matrix) => T): Record<string, T> =>
  Object.fromEntries(Object.entries(table).map(([name, a]) => [name, make(a)]));

const renamed = <T>(table: Record<string, T>, suffix: string): Record<string, T> =>
  Object.fromEntries(Object.entries(table).map(([name, value]) => [`${name}${suffix}`, value]));

const singularValues = (a: Matrix) => js.linalg.sync.svd(a, undefined).s;
const eigenvalues = (a: Matrix, b?: Matrix) => js.linalg.sync.eigh(a, b, undefined).values;

const svdCases = cases(
  'svd',
  {
    ...map(general, (a): Args<'svd'> => [a, undefined]),
    ...renamed(
      map(general, (a): Args<'svd'> => [a, Math.ceil(Math.min(a.rows, a.cols) / 3)]),
      ', a third',
    ),
    // Few of many: native takes another way here.
    'two of 80': [normals(41, 90, 80), 2],
    'two of 80, wide': [normals(42, 80, 90), 2],
  },
  (result, a, k) => checkSvd(a, k, result),
  (one, other, a) => agreeSvd(singularValues(a), one, other),
);

const eighCases = cases(
  'eigh',
  {
    ...map(symmetricMatrices, (a): Args<'eigh'> => [a, undefined, undefined]),
    ...renamed(
      map(symmetricMatrices, (a): Args<'eigh'> => [a, undefined, Math.ceil(a.rows / 3)]),
      ', a third',
    ),
    pencil: [symmetric(51, [4, 2, 1, 0, -3]), symmetric(52, [3, 2, 1, 1, 0.5]), undefined],
    'a pencil of scales apart': [
      times(symmetric(53, [4, 2, -1]), 1e120),
      times(symmetric(54, [2, 1, 0.5]), 1e-120),
      undefined,
    ],
    'top of a pencil': [symmetric(55, [4, 2, 1, 0, -3, -4, -5]), symmetric(56, [3, 2, 1, 1, 1, 1, 0.5]), 2],
    'pencil with itself': [symmetric(57, [3, 2, 1]), symmetric(57, [3, 2, 1]), undefined],
    'upper triangle of a rounded matrix': [
      Matrix.from([
        [2, 1],
        [1 + 1e-11, 3],
      ]),
      undefined,
      undefined,
    ],
  },
  (result, a, b, k) => {
    const [upper, upperB] = [a, b].map((m) => m && mirrored(m));
    checkEigh(upper as Matrix, upperB, k, result);
  },
  (one, other, a, b) => agreeEigh(eigenvalues(a, b), one, other),
);

function mirrored(a: Matrix): Matrix {
  return Matrix.from(a.toArray().map((row, i) => row.map((_, j) => a.get(Math.min(i, j), Math.max(i, j)))));
}

const eigCases = [
  ...cases(
    'eig',
    map(square, (a): Args<'eig'> => [a]),
    (result, a) => checkEig(a, result),
    (one, other, a) => agreeEig(a, one, other),
  ),
  ...cases(
    'eig',
    map(defective, (a): Args<'eig'> => [a]),
    (result, a) => checkEig(a, result),
    // Triple eigenvalues move by the cube root of eps.
    (one, other, a) => agreeEig(a, one, other, 1e-4),
  ),
];

const rootCases = [
  ...cases(
    'inverseSqrt',
    {
      ...map(definite, (a): Args<'inverseSqrt'> => [a, undefined]),
      ...renamed(
        map({ ...definite, ...semidefinite }, (a): Args<'inverseSqrt'> => [a, 1e-8]),
        ', with a tolerance',
      ),
    },
    (result, a, tolerance) => checkInverseSqrt(a, tolerance, result),
    (one, other) => agreeMatrix(one, other),
  ),
  ...cases(
    'whiten',
    map(definite, (a): Args<'whiten'> => [a, undefined]),
    (result, a) => {
      checkWhitening(a, result);
      result.whitener.toArray().forEach((row, i) => {
        expect(row.slice(i + 1).every((x) => x === 0)).toBe(true);
      });
    },
    (one, other) => agreeMatrix(one.whitener, other.whitener),
  ),
  ...cases(
    'whiten',
    renamed(
      map({ ...definite, ...semidefinite }, (a): Args<'whiten'> => [a, 1e-8]),
      ', with a tolerance',
    ),
    (result, a) => checkWhitening(a, result),
    (one, other) => {
      // The rows may turn within equal eigenvalues; WᵀW, the pseudo-inverse, may not.
      const size = unit(one.whitener);
      const inverse = ({ whitener }: typeof one) => product(over(whitener, size).transpose(), over(whitener, size));
      expect(one.rank).toBe(other.rank);
      agreeMatrix(inverse(one), inverse(other));
    },
  ),
];

const solvable = { ...map(definite, (a) => a), random: square.random as Matrix, '1×1': Matrix.from([[-2]]) };

const otherCases = [
  ...cases(
    'cholesky',
    map(definite, (a): Args<'cholesky'> => [a]),
    (result, a) => checkCholesky(a, result),
    (one, other) => agreeMatrix(one, other),
  ),
  ...cases(
    'solve',
    {
      ...map(solvable, (a): Args<'solve'> => [a, normals(61, a.rows, 3)]),
      'scales that cancel': [times(normals(62, 4, 4), 1e-200), times(normals(63, 4, 2), 1e-200)],
    },
    (result, a, b) => checkSolve(a, b, result),
    (one, other) => agreeMatrix(one, other),
  ),
  ...cases(
    'matmul',
    {
      plain: [normals(71, 5, 7), normals(72, 7, 4), false, false],
      'first transposed': [normals(71, 7, 5), normals(72, 7, 4), true, false],
      'second transposed': [normals(71, 5, 7), normals(72, 4, 7), false, true],
      'both transposed': [normals(71, 7, 5), normals(72, 4, 7), true, true],
      'an inner product': [normals(73, 1, 50), normals(74, 50, 1), false, false],
      'an outer product': [normals(73, 30, 1), normals(74, 1, 20), false, false],
      'float32 by float64': [general.float32 as Matrix, normals(75, 10, 3), false, false],
    },
    (result, a, b, transposeA, transposeB) => {
      const expected = product(transposeA ? a.transpose() : a, transposeB ? b.transpose() : b);
      expect(result).toBeCloseToArray(expected, rounding(a.data.length / expected.rows) * unit(expected));
    },
    (one, other) => agreeMatrix(one, other),
  ),
];

const stack = [normals(81, 9, 6), general['rank 3 of 12'], Matrix.zeros(9, 6)].map(
  (a) => new Matrix(9, 6, (a as Matrix).data.slice(0, 54)),
);
const symmetricStack = [symmetric(82, [3, 2, 1]), Matrix.identity(3), symmetric(83, [1, 0, -1])];

const batchCases = [
  ...cases(
    'svdBatch',
    { 'a stack': [stack, undefined], 'a stack of one, truncated': [stack.slice(0, 1), 2] },
    (results, matrices, k) =>
      results.forEach((result, i) => {
        checkSvd(matrices[i] as Matrix, k, result);
      }),
    (one, other, matrices) =>
      matrices.forEach((a, i) => {
        agreeSvd(singularValues(a), one[i] as (typeof one)[0], other[i] as (typeof one)[0]);
      }),
  ),
  ...cases(
    'eighBatch',
    { 'a stack': [symmetricStack, undefined], 'a stack, truncated': [symmetricStack, 1] },
    (results, matrices, k) =>
      results.forEach((result, i) => {
        checkEigh(matrices[i] as Matrix, undefined, k, result);
      }),
    (one, other, matrices) =>
      matrices.forEach((a, i) => {
        agreeEigh(eigenvalues(a), one[i] as (typeof one)[0], other[i] as (typeof one)[0]);
      }),
  ),
];

export const operations: Case[] = [...svdCases, ...eighCases, ...eigCases, ...rootCases, ...otherCases, ...batchCases];
