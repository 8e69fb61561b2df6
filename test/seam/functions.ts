/** The public linear algebra as a table, for the rules that hold of every function. */
import {
  cholesky,
  choleskySync,
  eig,
  eigh,
  eighBatch,
  eighSync,
  eigSync,
  inverseSqrt,
  inverseSqrtSync,
  Matrix,
  matmul,
  matmulSync,
  solve,
  solveSync,
  subspaceDistance,
  subspaceDistanceSync,
  svd,
  svdBatch,
  svdSync,
} from '../../src/index.js';
import { plus, product } from '../support/algebra.js';
import { normals } from '../support/normals.js';

/** Arguments as a caller without TypeScript might pass them. */
type Call = (...args: unknown[]) => unknown;

export interface PublicFunction {
  name: string;
  /** Names of its leading arguments, as errors name them. */
  parameters: readonly string[];
  later: Call;
  /** The synchronous twin, where there is one. */
  now: Call | undefined;
  /** Arguments it accepts, fresh ones at each call: `n`×`n` matrices or stacks of them. */
  accepts(n: number): (Matrix | Matrix[])[];
  /** Its matrices must be square. */
  square: boolean;
  /** Its first matrix, or every matrix of its stack, must be symmetric. */
  symmetric: boolean;
  /** From this n on a call is more than the native backend does in place. */
  large: number;
}

const general = (seed: number) => (n: number) => normals(seed, n, n);

/** X Xᵀ + n·I: symmetric to the last bit, definite, of modest condition. */
const definite = (seed: number) => (n: number) => {
  const x = normals(seed, n, n);
  return plus(product(x, x.transpose()), Matrix.identity(n), n);
};

const stack = (make: (seed: number) => (n: number) => Matrix) => (n: number) =>
  [1, 2, 3, 4].map((seed) => make(seed)(n));

type Row = [name: string, later: unknown, now: unknown, parameters: Record<string, (n: number) => Matrix | Matrix[]>];

const rows: [...Row, large: number][] = [
  ['svd', svd, svdSync, { a: general(1) }, 64],
  ['eigh', eigh, eighSync, { a: definite(2) }, 64],
  ['eig', eig, eigSync, { a: general(3) }, 40],
  ['cholesky', cholesky, choleskySync, { a: definite(4) }, 190],
  ['solve', solve, solveSync, { a: definite(5), b: general(6) }, 110],
  ['inverseSqrt', inverseSqrt, inverseSqrtSync, { a: definite(7) }, 60],
  ['matmul', matmul, matmulSync, { a: general(8), b: general(9) }, 105],
  [
    'subspaceDistance',
    subspaceDistance,
    subspaceDistanceSync,
    { a: (n) => normals(10, Math.ceil(n / 2), n), b: (n) => normals(11, Math.ceil(n / 3), n) },
    90,
  ],
  ['svdBatch', svdBatch, undefined, { stack: stack(general) }, 35],
  ['eighBatch', eighBatch, undefined, { stack: stack(definite) }, 40],
];

export const functions: PublicFunction[] = rows.map(([name, later, now, parameters, large]) => ({
  name,
  parameters: Object.keys(parameters),
  later: later as Call,
  now: now as Call | undefined,
  accepts: (n) => Object.values(parameters).map((make) => make(n)),
  square: /eig|cholesky|solve|inverseSqrt/.test(name),
  symmetric: /eigh|cholesky|inverseSqrt/.test(name),
  large,
}));

/** For `describe.each` and `test.each`: name first. */
export const byName = functions.map((f) => [f.name, f] as const);

export function named(name: string): PublicFunction {
  const found = functions.find((f) => f.name === name);
  if (found === undefined) throw new Error(`no public function ${name}`);
  return found;
}

/** All matrices among some arguments. */
export function matricesOf(args: readonly unknown[]): Matrix[] {
  return args.flat().filter((arg) => arg instanceof Matrix);
}

/** All numbers of a result in one array, in the order of its fields. */
export function numbersOf(result: unknown): number[] {
  if (typeof result === 'number') return [result];
  if (result instanceof Matrix) return Array.from(result.data);
  if (ArrayBuffer.isView(result)) return Array.from(result as Float64Array);
  return Object.values(result as object).flatMap(numbersOf);
}
