/** What tells one flow from another. */
import type { Field } from '../../backends/dynamics.js';
import type { LinalgKernels } from '../../backends/linalg.js';
import type { Matrix } from '../../matrix/matrix.js';
import type { Theory } from '../equilibria/theory.js';
import type { Layout } from './layout.js';

/** A matrix whose canonical decomposition the modes need. */
export interface Request {
  kind: 'eigh' | 'svd';
  matrix: Matrix;
}

/** A = L diag(values) R: rows of `right` are eigenvectors or right singular vectors, columns of `left` the left ones. */
export interface Decomposed {
  values: Float64Array;
  left: Matrix;
  right: Matrix;
}

/** Coordinates in which the modes decouple. */
export interface Canonical {
  field: Field;
  /** U becomes U Fᵀ for each encoder; absent: the flow's own coordinates are canonical. */
  rotations: readonly Matrix[] | undefined;
}

/** The modes of a flow, from its decompositions. */
export interface Modes {
  readonly correlations: Float64Array;
  readonly rate: number;
  readonly amplitude: number;
  /** At which the slowest amplitudes are known to relax, at most `rate`. */
  readonly relaxation: number;
  /** Absent: there are none in which to integrate. */
  readonly canonical: Canonical | undefined;
  /** For each encoder the coefficients of mode i in row i. @throws EigenviewError where the modes do not decouple */
  functions(): readonly Matrix[];
  /** @throws EigenviewError where the modes do not decouple, or nothing fixes their amplitudes */
  theory(): Theory;
  /** Of indices, two and more in each, whose modes are alike: any rotation of these is canonical too. */
  readonly ties: readonly (readonly number[])[];
}

export interface Model {
  readonly field: Field;
  readonly layout: Layout;
  readonly lyapunov: boolean;
  /** States are ≥ 0. */
  readonly nonNegative: boolean;
  /** Without a request the modes need no decomposition. */
  readonly requests: readonly Request[];
  modes(decomposed: readonly Decomposed[], linalg: LinalgKernels): Modes;
  /** Refuses finite states at which the velocity is not defined; absent: there are none. */
  check?(argument: string, state: Matrix): void;
  invariants(state: Matrix, linalg: LinalgKernels): Record<string, Matrix | number>;
}

/** Indices of equal values, in groups of two and more. `values` descend. */
export function tiesOf(values: Float64Array, tolerance: number): number[][] {
  const groups: number[][] = [];
  for (let i = 0; i < values.length; i++) {
    const group = groups.at(-1);
    const first = group?.[0];
    if (first !== undefined && (values[first] as number) - (values[i] as number) <= tolerance) group?.push(i);
    else groups.push([i]);
  }
  return groups.filter(({ length }) => length > 1);
}
