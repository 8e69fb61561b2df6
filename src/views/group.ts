import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, EigenviewError } from '../errors.js';
import { checkBoolean, checkInteger, checkOptions } from '../matrix/check.js';
import { Matrix } from '../matrix/matrix.js';
import { addScaled, type RandomAffine, sandwich, unbordered } from './random-affine.js';
import { checkEntries, checkExtent, cumulative, probabilities, type ViewProcess } from './view-process.js';

/** τ(x)_j = signs_j · x_{permutation_j}. */
export interface SignedPermutation {
  permutation: ArrayLike<number>;
  /** ±1 for each coordinate; default all 1. */
  signs?: ArrayLike<number>;
}

export interface GroupOptions {
  /** How likely each element is, up to a common factor; default all alike. */
  weights?: readonly number[];
}

/**
 * A random element of a finite set of signed permutations of the coordinates, such as {@link flips}, {@link cyclicShifts} or
 * {@link rotations} of images. Exact: the average over the set. O(|set|·d²) for moments of d coordinates.
 *
 * @throws EigenviewError `EMPTY`, `INVALID_ARGUMENT` for what is no permutation, `SHAPE_MISMATCH`, `OUT_OF_RANGE`, `UNKNOWN_OPTION`
 * @example
 * ```ts
 * const views = groupViews(flips({ width: 28, height: 28 }, { horizontal: true }));
 * ```
 */
export function groupViews(elements: readonly SignedPermutation[], options: GroupOptions = {}): ViewProcess {
  checkOptions('groupViews', options, ['weights']);
  if (!Array.isArray(elements) || elements.length === 0) {
    throw new EigenviewError('EMPTY', 'A group needs elements.', {
      argument: 'elements',
      expected: 'a non-empty array of { permutation, signs? }',
      received: describe(elements),
    });
  }
  const signed = Array.from(elements, (element, i) => signedIndices(`elements[${i}]`, element));
  const d = (signed[0] as Int32Array).length;
  signed.forEach((element, i) => {
    if (element.length !== d) throw differs(`elements[${i}]`, d, element.length);
  });
  const weights = options.weights ?? elements.map(() => 1);
  if (!Array.isArray(weights) || weights.length !== elements.length) {
    throw differs('weights', elements.length, weights.length);
  }
  const steps = cumulative('weights', weights);
  return {
    name: `a group of ${elements.length} signed permutations`,
    dimensions: { input: d, output: d },
    exact: permuting(signed, probabilities(steps)),
    step: async () => ({
      kind: 'permutation',
      numbers: Float64Array.from([elements.length, ...steps, ...signed.flatMap((element) => Array.from(element))]),
    }),
  };
}

/** ±(1 + index of the coordinate that is taken). */
function signedIndices(argument: string, element: SignedPermutation): Int32Array {
  if (element !== null) checkOptions(argument, element, ['permutation', 'signs']);
  const { permutation, signs } = element ?? {};
  const d = permutation?.length ?? 0;
  if (d === 0) {
    throw new EigenviewError('INVALID_ARGUMENT', 'An element is a permutation, with signs or without.', {
      argument,
      expected: '{ permutation, signs? }',
      received: describe(element),
    });
  }
  if (signs !== undefined && signs?.length !== d) throw differs(`${argument}.signs`, d, signs?.length);
  const seen = new Uint8Array(d);
  return Int32Array.from({ length: d }, (_, j) => {
    const from = permutation[j];
    checkInteger(`${argument}.permutation[${j}]`, from, { min: 0, max: d - 1 });
    if (seen[from]) {
      throw new EigenviewError('INVALID_ARGUMENT', 'A permutation takes each coordinate once.', {
        argument: `${argument}.permutation[${j}]`,
        expected: 'a coordinate not taken before',
        received: String(from),
      });
    }
    seen[from] = 1;
    const sign = signs?.[j] ?? 1;
    if (sign !== 1 && sign !== -1) {
      throw new EigenviewError('OUT_OF_RANGE', 'Signs are 1 or −1.', {
        argument: `${argument}.signs[${j}]`,
        expected: '1 or -1',
        received: describe(sign),
      });
    }
    return sign * (from + 1);
  });
}

function differs(argument: string, expected: number, received: number | undefined): EigenviewError {
  return new EigenviewError('SHAPE_MISMATCH', `${argument} has the wrong length.`, {
    argument,
    expected: `of length ${expected}`,
    received: String(received),
  });
}

/** Σ = Σ_g w_g (P_g − P̄) M (P_g − P̄)ᵀ. */
function permuting(elements: readonly Int32Array[], weights: readonly number[]): RandomAffine {
  const affine: RandomAffine = {
    async mean(rows) {
      const result = new Matrix(rows.rows, rows.cols);
      for (const [g, element] of elements.entries()) {
        addPermuted(result, rows, element, weights[g] as number);
        await nextTurn();
      }
      return result;
    },
    async spread(second, linalg) {
      const d = second.rows - 1;
      const average = new Matrix(d, d);
      for (const [g, element] of elements.entries()) {
        addBothPermuted(average, second, element, weights[g] as number);
        await nextTurn();
      }
      return addScaled(average, unbordered(await sandwich(affine, second, linalg)), -1);
    },
  };
  return affine;
}

/** sum += weight · rows Pᵀ; the last column, which is the constant's, stays in its place. */
function addPermuted(sum: Matrix, rows: Matrix, element: Int32Array, weight: number): void {
  const { cols } = rows;
  for (let start = 0; start < rows.data.length; start += cols) {
    for (let j = 0; j < element.length; j++) {
      const from = element[j] as number;
      const value = rows.data[start + Math.abs(from) - 1] as number;
      (sum.data[start + j] as number) += from > 0 ? weight * value : -weight * value;
    }
    (sum.data[start + cols - 1] as number) += weight * (rows.data[start + cols - 1] as number);
  }
}

/** sum += weight · P M Pᵀ. */
function addBothPermuted(sum: Matrix, second: Matrix, element: Int32Array, weight: number): void {
  const d = sum.rows;
  for (let i = 0; i < d; i++) {
    const from = element[i] as number;
    const start = (Math.abs(from) - 1) * (d + 1);
    const signed = from > 0 ? weight : -weight;
    for (let j = 0; j < d; j++) {
      const other = element[j] as number;
      const value = second.data[start + Math.abs(other) - 1] as number;
      (sum.data[i * d + j] as number) += other > 0 ? signed * value : -signed * value;
    }
  }
}

/** Planar images as samples: channel after channel, each height×width. */
export interface PlanarShape {
  width: number;
  height: number;
  /** Default 1. */
  channels?: number;
}

/**
 * Mirror images: horizontally, vertically, or both (then four elements), the identity among them.
 *
 * @throws EigenviewError `OUT_OF_RANGE`, `INVALID_ARGUMENT`, `UNKNOWN_OPTION`, `TOO_LARGE`
 * @example
 * ```ts
 * const four = flips({ width: 3, height: 2 }, { horizontal: true, vertical: true });
 * ```
 */
export function flips(
  shape: PlanarShape,
  options: { horizontal?: boolean; vertical?: boolean } = { horizontal: true },
): SignedPermutation[] {
  checkOptions('flips', options, ['horizontal', 'vertical']);
  const { horizontal = false, vertical = false } = options;
  checkBoolean('horizontal', horizontal);
  checkBoolean('vertical', vertical);
  return [false, ...(vertical ? [true] : [])].flatMap((down) =>
    [false, ...(horizontal ? [true] : [])].map((across) =>
      moved(shape, (x, y, { width, height }) => [across ? width - 1 - x : x, down ? height - 1 - y : y]),
    ),
  );
}

/**
 * Cyclic shifts by up to `x` pixels to the left and right and `y` up and down; by default all of them, width·height
 * elements.
 *
 * @throws EigenviewError `OUT_OF_RANGE`, `INVALID_ARGUMENT`, `UNKNOWN_OPTION`; `TOO_LARGE` for all shifts of large images
 * @example
 * ```ts
 * const nine = cyclicShifts({ width: 28, height: 28 }, { x: 1, y: 1 });
 * ```
 */
export function cyclicShifts(shape: PlanarShape, options: { x?: number; y?: number } = {}): SignedPermutation[] {
  checkOptions('cyclicShifts', options, ['x', 'y']);
  const { width, height, channels } = checkShape(shape);
  const range = (argument: 'x' | 'y', side: number) => {
    const reach = options[argument];
    if (reach === undefined) return Array.from({ length: side }, (_, by) => by);
    checkInteger(argument, reach, { min: 0, max: Math.floor((side - 1) / 2) });
    return Array.from({ length: 2 * reach + 1 }, (_, i) => i - reach);
  };
  const across = range('x', width);
  const down = range('y', height);
  checkEntries('shape', across.length * down.length * width * height * channels);
  return down.flatMap((dy) =>
    across.map((dx) => moved(shape, (x, y) => [(x + dx + width) % width, (y + dy + height) % height])),
  );
}

/**
 * The four rotations by multiples of 90° of square images.
 *
 * @throws EigenviewError `SHAPE_MISMATCH` unless width = height, `OUT_OF_RANGE`, `INVALID_ARGUMENT`, `TOO_LARGE`
 * @example
 * ```ts
 * const views = groupViews(rotations({ width: 32, height: 32, channels: 3 }));
 * ```
 */
export function rotations(shape: PlanarShape): SignedPermutation[] {
  const { width, height } = checkShape(shape);
  if (width !== height) {
    throw new EigenviewError('SHAPE_MISMATCH', 'Rotations by 90° need square images.', {
      argument: 'shape.height',
      expected: `${width}, the width`,
      received: String(height),
    });
  }
  const last = width - 1;
  return [
    moved(shape, (x, y) => [x, y]),
    moved(shape, (x, y) => [last - y, x]),
    moved(shape, (x, y) => [last - x, last - y]),
    moved(shape, (x, y) => [y, last - x]),
  ];
}

function checkShape(shape: PlanarShape): Required<PlanarShape> {
  checkOptions('shape', shape, ['width', 'height', 'channels']);
  const { width, height, channels = 1 } = shape ?? {};
  checkExtent('shape.width', width);
  checkExtent('shape.height', height);
  checkInteger('shape.channels', channels, { min: 1 });
  checkEntries('shape', width * height * channels);
  return { width, height, channels };
}

/** The permutation in which pixel (x, y) of each channel takes the place that `from` says. */
function moved(
  shape: PlanarShape,
  from: (x: number, y: number, shape: Required<PlanarShape>) => readonly [number, number],
): SignedPermutation {
  const checked = checkShape(shape);
  const { width, height, channels } = checked;
  const permutation = new Uint32Array(width * height * channels);
  for (let at = 0; at < permutation.length; at++) {
    const pixel = at % (width * height);
    const [x, y] = from(pixel % width, Math.floor(pixel / width), checked);
    permutation[at] = at - pixel + y * width + x;
  }
  return { permutation };
}
