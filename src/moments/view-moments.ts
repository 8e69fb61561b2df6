import { EigenviewError } from '../errors.js';
import { shape } from '../matrix/check.js';
import { Matrix } from '../matrix/matrix.js';
import { type GaussianOptions, gaussianViews } from '../views/gaussian.js';
import type { InputMoments, ViewProcess } from '../views/view-process.js';
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
  readonly count!: number;
  readonly second!: Matrix;
  readonly meanSecond!: Matrix;
  readonly covariance!: Matrix;
  readonly inputCross!: Matrix;
  readonly inputSecond!: Matrix;
  readonly targetCross?: Matrix;
  readonly targetInput?: Matrix;
  readonly inputEnergy!: number;
  readonly targetEnergy?: number;
  readonly inputMean!: Float64Array;
  readonly viewMean!: Float64Array;
  readonly targetMean?: Float64Array;

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
    const mixArrays = (a: ArrayLike<number>, b: ArrayLike<number>) =>
      Float64Array.from(a, (x, i) => mix(x, b[i] as number));
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
  const { second, meanSecond, covariance, inputCross, targetCross, mean } = views.expect(known);
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
