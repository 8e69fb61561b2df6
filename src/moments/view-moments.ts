import type { LinalgBackend } from '../backends/linalg.js';
import { EigenviewError } from '../errors.js';
import { shape } from '../matrix/check.js';
import { Matrix } from '../matrix/matrix.js';
import { additive, expectViews, type InputMoments, type ViewExpectation } from '../views/expect.js';
import { type GaussianOptions, gaussianViews } from '../views/gaussian.js';
import type { ViewProcess } from '../views/view-process.js';
import { type DrawnViews, mergeDrawn } from './drawn-views.js';
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
  /** Where the moments were estimated from drawn views: how many, and some of them; absent where they are exact. */
  drawn?: DrawnViews;
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
  declare readonly drawn?: DrawnViews;

  /** @internal Fields are trusted; use {@link viewMoments}, {@link ViewMoments.load} or {@link ViewMoments.fromJSON}. */
  constructor(fields: MomentFields) {
    Object.assign(this, fields);
  }

  /** Dimension d of a view. */
  get dim(): number {
    return this.second.cols;
  }

  /** Whether the average over views is exact or estimated from drawn views. */
  get expectation(): 'exact' | 'sampled' {
    return this.drawn === undefined ? 'exact' : 'sampled';
  }

  /** m, the views drawn for each sample; undefined for exact moments. */
  get samples(): number | undefined {
    return this.drawn?.samples;
  }

  /**
   * The moments of both samples together: the average weighted by counts.
   *
   * @throws EigenviewError `SHAPE_MISMATCH` when dimensions or numbers of views differ, or only one has targets
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
      if (name === 'count' || name === 'drawn') continue;
      if (a instanceof Matrix) merged[name] = new Matrix(a.rows, a.cols, mixArrays(a.data, (b as Matrix).data));
      else merged[name] = typeof a === 'number' ? mix(a, b as number) : mixArrays(a, b as Float64Array);
    }
    if (this.drawn && other.drawn) merged.drawn = mergeDrawn(this.drawn, other.drawn);
    return new ViewMoments(merged as unknown as MomentFields);
  }

  /**
   * The same data under the Gaussian process with this covariance, without another pass: one pass serves every α.
   *
   * @throws EigenviewError as {@link gaussianViews}, and `SHAPE_MISMATCH`
   */
  withCovariance(options: GaussianOptions): ViewMoments {
    return momentsUnderGaussian(this, options);
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

/** What no process changes. */
export type InputFields = Omit<
  MomentFields,
  'second' | 'meanSecond' | 'covariance' | 'inputCross' | 'targetCross' | 'viewMean' | 'drawn'
>;

/** The exact moments of inputs under a process. @throws EigenviewError as {@link expectViews} */
export async function momentsUnder(
  input: InputFields,
  views: ViewProcess,
  linalg: LinalgBackend,
): Promise<ViewMoments> {
  return assemble(input, await expectViews(views, inputMoments(input), linalg));
}

/** The same for a Gaussian process, at once: it only adds a covariance. */
export function momentsUnderGaussian(input: InputFields, options: GaussianOptions): ViewMoments {
  const { name, covariance } = gaussianViews(options);
  return assemble(input, additive(name, inputMoments(input), covariance(input.inputSecond.rows)));
}

function inputMoments({ count, inputSecond, targetInput, inputMean, targetMean }: InputFields): InputMoments {
  return {
    count,
    second: inputSecond,
    mean: inputMean,
    ...(targetInput && { targetInput }),
    ...(targetMean && { targetMean }),
  };
}

/** Moments from those of the inputs and those of the views: the one place where they are put together. */
export function assemble(input: InputFields, expectation: ViewExpectation, drawn?: DrawnViews): ViewMoments {
  const { count, inputSecond, inputEnergy, inputMean, targetInput, targetMean, targetEnergy } = input;
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
    ...(drawn && { drawn }),
  });
}

function checkMergeable(a: ViewMoments, b: unknown): asserts b is ViewMoments {
  if (!(b instanceof ViewMoments)) {
    throw new EigenviewError('INVALID_ARGUMENT', 'Only ViewMoments merge with ViewMoments.', { argument: 'other' });
  }
  const describeShape = (moments: ViewMoments) =>
    `views of dimension ${moments.dim}, inputs ${shape(moments.inputSecond)}, ${
      moments.targetInput ? `${moments.targetInput.rows} targets` : 'no targets'
    }, ${moments.samples === undefined ? 'exact' : `${moments.samples} views a sample`}`;
  if (describeShape(a) !== describeShape(b)) {
    throw new EigenviewError('SHAPE_MISMATCH', 'These moments do not merge.', {
      argument: 'other',
      expected: describeShape(a),
      received: describeShape(b),
    });
  }
}
