import { describe, EigenviewError } from '../errors.js';
import { checkDense, checkFinite, checkOptions } from '../matrix/check.js';
import { Matrix } from '../matrix/matrix.js';
import { mixed, type RandomAffine } from './random-affine.js';
import { cumulative, probabilities, type ViewProcess } from './view-process.js';

/** x ↦ A x + b. */
export interface AffineMap {
  /** A, output×input. */
  matrix: Matrix;
  /** b; default 0. */
  offset?: Float64Array;
  /** How likely the map is, up to a common factor; default 1. */
  weight?: number;
}

/**
 * One of several affine maps, chosen at random: τ(x) = A_j x + b_j with probability proportional to weight_j. Exact.
 *
 * @param maps all of one shape, output×input
 * @throws EigenviewError `EMPTY`, `SHAPE_MISMATCH`, `NOT_FINITE`, `OUT_OF_RANGE`, `INVALID_ARGUMENT`, `UNKNOWN_OPTION`
 * @example
 * ```ts
 * const views = affineViews([{ matrix: Matrix.identity(2) }, { matrix: Matrix.from([[0, 1], [1, 0]]), weight: 3 }]);
 * ```
 */
export function affineViews(maps: readonly AffineMap[]): ViewProcess {
  if (!Array.isArray(maps) || maps.length === 0) {
    throw new EigenviewError('EMPTY', 'Affine views need maps to choose from.', {
      argument: 'maps',
      expected: 'a non-empty array of { matrix, offset?, weight? }',
      received: describe(maps),
    });
  }
  const checked = Array.from(maps, (map, i) => checkMap(`maps[${i}]`, map, maps[0]?.matrix));
  const steps = cumulative(
    'weights',
    maps.map(({ weight = 1 }) => weight),
  );
  const { rows: output, cols: input } = (checked[0] as Checked).matrix;
  const affine = checked.map(single);
  // Now, as the maps are: what happens to their arrays later changes nothing.
  const numbers = concatenated([
    [maps.length, output],
    steps,
    ...checked.flatMap(({ matrix, offset }) => [matrix.data, offset]),
  ]);
  return {
    name: `${maps.length} affine maps`,
    dimensions: { input, output },
    exact: mixed(affine, probabilities(steps)),
    step: async () => ({ kind: 'affine', numbers }),
  };
}

type Checked = Required<Omit<AffineMap, 'weight'>>;

function checkMap(argument: string, map: AffineMap, first: Matrix | undefined): Checked {
  if (map !== null) checkOptions(argument, map, ['matrix', 'offset', 'weight']);
  const { matrix, offset } = map ?? {};
  checkDense(`${argument}.matrix`, matrix);
  const shape = first as Matrix;
  if (matrix.rows !== shape.rows || matrix.cols !== shape.cols) {
    throw mismatch(`${argument}.matrix`, `${shape.rows}×${shape.cols}, as the first`, `${matrix.rows}×${matrix.cols}`);
  }
  if (offset === undefined) return { matrix, offset: new Float64Array(matrix.rows) };
  if (!(offset instanceof Float64Array) || offset.length !== matrix.rows) {
    throw mismatch(`${argument}.offset`, `a Float64Array of length ${matrix.rows}`, describe(offset));
  }
  checkFinite(`${argument}.offset`, new Matrix(1, offset.length, offset));
  return { matrix, offset };
}

function mismatch(argument: string, expected: string, received: string): EigenviewError {
  return new EigenviewError('SHAPE_MISMATCH', `${argument} has the wrong shape.`, { argument, expected, received });
}

/** A map that is not random: rows [v | 1] times [Aᵀ 0; bᵀ 1]. */
function single({ matrix, offset }: Checked): RandomAffine {
  const { rows: output, cols: input } = matrix;
  const map = new Matrix(output + 1, input + 1);
  for (let i = 0; i < output; i++) {
    map.data.set(matrix.row(i), i * (input + 1));
    map.data[i * (input + 1) + input] = offset[i] as number;
  }
  map.data[map.data.length - 1] = 1;
  return {
    mean: (rows, linalg) => linalg.async.matmul({ signal: undefined }, rows, map, false, true),
    spread: async () => new Matrix(output, output),
  };
}

function concatenated(parts: readonly ArrayLike<number>[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
