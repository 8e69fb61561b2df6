import { EigenviewError } from '../errors.js';
import { checkFinite, checkSameShape, checkSymmetric, shape } from '../matrix/check.js';
import { Matrix } from '../matrix/matrix.js';
import { type GaussianOptions, gaussianViews } from '../views/gaussian.js';
import type { InputMoments, ViewExpectation, ViewProcess } from '../views/view-process.js';
import { fromJson, load, type MomentsJson, save, toJson } from './serialise.js';

/** What every closed form needs of data and views (theory: moments are all that linear objectives depend on). */
export interface MomentFields {
  /** Number of samples n. */
  count: number;
  /** S = (1/n) Σᵢ E[τ(xᵢ)τ(xᵢ)ᵀ], d×d. */
  second: Matrix;
  /** G = (1/n) Σᵢ x̄ᵢx̄ᵢᵀ, d×d. */
  meanSecond: Matrix;
  /** Σ = S − G, the augmentation covariance, d×d. */
  covariance: Matrix;
  /** C = XᵀX̄/n, d×d. */
  inputCross: Matrix;
  /** XᵀX/n, d×d. */
  inputSecond: Matrix;
  /** B = YᵀX̄/n, ℓ×d. */
  targetCross?: Matrix;
  /** YᵀX/n, ℓ×d. */
  targetInput?: Matrix;
  /** tr(XᵀX)/n. */
  inputEnergy: number;
  /** tr(YᵀY)/n. */
  targetEnergy?: number;
  inputMean: Float64Array;
  viewMean: Float64Array;
  targetMean?: Float64Array;
}

/**
 * The moments of data under a view process, made by {@link viewMoments}. Moments of disjoint samples add, so they
 * stream, shard, resume and merge. Treat the matrices as read-only: some are shared.
 */
export class ViewMoments implements MomentFields {
  // Declared only: a class field would exist, undefined, where there is no target.
  declare readonly count: number;
  declare readonly second: Matrix;
  declare readonly meanSecond: Matrix;
  declare readonly covariance: Matrix;
  declare readonly inputCross: Matrix;
  declare readonly inputSecond: Matrix;
  declare readonly targetCross?: Matrix;
  declare readonly targetInput?: Matrix;
  declare readonly inputEnergy: number;
  declare readonly targetEnergy?: number;
  declare readonly inputMean: Float64Array;
  declare readonly viewMean: Float64Array;
  declare readonly targetMean?: Float64Array;

  /** @internal Fields are trusted; use {@link viewMoments}, {@link ViewMoments.load} or {@link ViewMoments.fromJSON}. */
  constructor(fields: MomentFields) {
    Object.assign(this, fields);
  }

  /** Dimension d of a view. */
  get dim(): number {
    return this.second.cols;
  }

  /**
   * The moments of both samples together: the average weighted by counts.
   *
   * @throws EigenviewError `SHAPE_MISMATCH` when dimensions differ or only one has targets
   */
  merge(other: ViewMoments): ViewMoments {
    checkMergeable(this, other);
    const count = this.count + other.count;
    const share = other.count / count;
    const mix = (a: number, b: number) => a + share * (b - a);
    const mixArrays = (a: ArrayLike<number>, b: ArrayLike<number>) => {
      const mixed = new Float64Array(a.length);
      for (let i = 0; i < mixed.length; i++) mixed[i] = mix(a[i] as number, b[i] as number);
      return mixed;
    };
    const merged: Record<string, unknown> = { count };
    for (const [name, a] of Object.entries(this)) {
      const b = other[name as keyof MomentFields];
      if (name === 'count') continue;
      if (a instanceof Matrix) merged[name] = new Matrix(a.rows, a.cols, mixArrays(a.data, (b as Matrix).data));
      else merged[name] = typeof a === 'number' ? mix(a, b as number) : mixArrays(a, b as Float64Array);
    }
    return new ViewMoments(merged as unknown as MomentFields);
  }

  /**
   * The same data under the Gaussian process with this covariance, without another pass: one pass serves every α.
   *
   * @throws EigenviewError as {@link gaussianViews}, and `SHAPE_MISMATCH`
   */
  withCovariance(options: GaussianOptions): ViewMoments {
    return momentsUnder(this, gaussianViews(options));
  }

  /** A plain object for `JSON.stringify`, the arrays as base64 of little-endian float64. */
  toJSON(): MomentsJson {
    return toJson(this);
  }

  /** @throws EigenviewError `INVALID_ARGUMENT`, `SHAPE_MISMATCH` or `NOT_FINITE` for anything {@link toJSON} did not make */
  static fromJSON(json: unknown): ViewMoments {
    return new ViewMoments(fromJson(json));
  }

  /** Writes an .npz file that NumPy reads, one array a field. @throws EigenviewError `FILE_IO` */
  save(path: string): Promise<void> {
    return save(path, this);
  }

  /** @throws EigenviewError `FILE_NOT_FOUND`, `FILE_FORMAT`, `SHAPE_MISMATCH`, `NOT_FINITE` */
  static async load(path: string): Promise<ViewMoments> {
    return new ViewMoments(await load(path));
  }
}

/** Moments of inputs under a process: the one place where they are put together. */
export function momentsUnder(
  input: Omit<MomentFields, 'second' | 'meanSecond' | 'covariance' | 'inputCross' | 'targetCross' | 'viewMean'>,
  views: ViewProcess,
): ViewMoments {
  const { count, inputSecond, targetInput, inputMean, targetMean, inputEnergy, targetEnergy } = input;
  const known: InputMoments = {
    count,
    second: inputSecond,
    mean: inputMean,
    ...(targetInput && { targetInput }),
    ...(targetMean && { targetMean }),
  };
  const expectation = views.expect(known);
  checkExpectation(views.name, expectation, known);
  const { second, meanSecond, covariance, inputCross, targetCross, mean } = expectation;
  return new ViewMoments({
    count,
    second,
    meanSecond,
    covariance,
    inputCross,
    inputSecond,
    inputEnergy,
    inputMean,
    viewMean: mean,
    ...(targetCross && { targetCross }),
    ...(targetInput && { targetInput }),
    ...(targetMean && { targetMean }),
    ...(targetEnergy !== undefined && { targetEnergy }),
  });
}

/** Anyone can write a process; closed forms trust what it says. */
function checkExpectation(name: string, expectation: ViewExpectation, input: InputMoments): void {
  const { second, meanSecond, covariance, inputCross, targetCross, mean } = expectation;
  const [d, rows] = [second.rows, input.second.rows];
  checkSymmetric(`second of ${name}`, second);
  checkSymmetric(`meanSecond of ${name}`, meanSecond);
  const shapes: [string, Matrix, number][] = [
    ['meanSecond', meanSecond, d],
    ['covariance', covariance, d],
    ['inputCross', inputCross, rows],
    ['mean', new Matrix(1, mean.length, mean), 1],
  ];
  if (input.targetInput !== undefined) shapes.push(['targetCross', targetCross as Matrix, input.targetInput.rows]);
  for (const [field, matrix, height] of shapes) {
    checkSameShape(`${field} of ${name}`, matrix, height, d);
    checkFinite(`${field} of ${name}`, matrix);
  }
}

function checkMergeable(a: ViewMoments, b: unknown): asserts b is ViewMoments {
  if (!(b instanceof ViewMoments)) {
    throw new EigenviewError('INVALID_ARGUMENT', 'Only ViewMoments merge with ViewMoments.', { argument: 'other' });
  }
  const describeShape = (moments: ViewMoments) =>
    `views of dimension ${moments.dim}, inputs ${shape(moments.inputSecond)}, ${
      moments.targetInput ? `${moments.targetInput.rows} targets` : 'no targets'
    }`;
  if (describeShape(a) !== describeShape(b)) {
    throw new EigenviewError('SHAPE_MISMATCH', 'These moments do not merge.', {
      argument: 'other',
      expected: describeShape(a),
      received: describeShape(b),
    });
  }
}
