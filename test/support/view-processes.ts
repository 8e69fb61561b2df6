/** View processes of the fixtures, from moments of the inputs; masks and affine maps are written here, for tests. */
import { Matrix } from '../../src/matrix/matrix.js';
import type { Covariance } from '../../src/views/covariance.js';
import { gaussianViews } from '../../src/views/gaussian.js';
import type { InputMoments, ViewExpectation, ViewProcess } from '../../src/views/view-process.js';
import { plus, product, times } from './algebra.js';

type CovarianceSpec = number | number[] | number[][];

export type ViewSpec =
  | { process: 'gaussian'; theta?: CovarianceSpec; gamma?: CovarianceSpec; alpha?: number }
  | { process: 'mask'; keep: number; rescale?: boolean }
  | { process: 'affine'; maps: { matrix: number[][]; offset: number[]; weight: number }[] };

export function viewsOf(spec: ViewSpec): ViewProcess {
  switch (spec.process) {
    case 'gaussian':
      return gaussianViews({
        ...(spec.theta !== undefined && { theta: covarianceOf(spec.theta) }),
        ...(spec.gamma !== undefined && { gamma: covarianceOf(spec.gamma) }),
        ...(spec.alpha !== undefined && { alpha: spec.alpha }),
      });
    case 'mask':
      return masks(spec.keep, spec.rescale ? 1 / spec.keep : 1);
    case 'affine':
      return affineMaps(spec.maps);
  }
}

export function covarianceOf(spec: CovarianceSpec): Covariance {
  if (typeof spec === 'number') return spec;
  return Array.isArray(spec[0]) ? Matrix.from(spec as number[][]) : Float64Array.from(spec as number[]);
}

/** τ(x) = scale · mask ∘ x, each coordinate kept with probability p: E[mᵢmⱼ] = p² off the diagonal, p on it. */
function masks(p: number, scale: number): ViewProcess {
  return {
    name: `masks that keep ${p}`,
    expect: ({ second, mean, targetInput }) => {
      const meanSecond = times(second, (scale * p) ** 2);
      const all = times(second, (scale * p) ** 2);
      for (let i = 0; i < all.rows; i++) all.data[i * (all.cols + 1)] = scale * scale * p * second.get(i, i);
      return withCovariance({
        second: all,
        meanSecond,
        inputCross: times(second, scale * p),
        mean: mean.map((x) => scale * p * x),
        ...(targetInput && { targetCross: times(targetInput, scale * p) }),
      });
    },
  };
}

/** τ(x) = A x + b for one of several maps, drawn with its weight. */
function affineMaps(maps: { matrix: number[][]; offset: number[]; weight: number }[]): ViewProcess {
  const all = maps.map((map) => ({ a: Matrix.from(map.matrix), b: column(map.offset), weight: map.weight }));
  const average = (pick: (map: (typeof all)[number]) => Matrix) =>
    all.map((map) => times(pick(map), map.weight)).reduce((sum, term) => plus(sum, term));
  const meanA = average((map) => map.a);
  const meanB = average((map) => map.b);
  return {
    name: `${maps.length} affine maps`,
    expect: (input) => ({
      ...withCovariance({
        second: average(({ a, b }) => mapped(input, a, b)),
        meanSecond: mapped(input, meanA, meanB),
        inputCross: plus(product(input.second, meanA.transpose()), product(column(input.mean), meanB.transpose())),
        mean: Float64Array.from(plus(product(meanA, column(input.mean)), meanB).data),
        ...(input.targetInput && {
          targetCross: plus(
            product(input.targetInput, meanA.transpose()),
            product(column(input.targetMean as Float64Array), meanB.transpose()),
          ),
        }),
      }),
    }),
  };
}

/** E[(Ax + b)(Ax + b)ᵀ] = A E[xxᵀ] Aᵀ + A E[x] bᵀ + b E[x]ᵀ Aᵀ + b bᵀ. */
function mapped({ second, mean }: InputMoments, a: Matrix, b: Matrix): Matrix {
  const shift = product(a, column(mean), b.transpose());
  return plus(plus(product(a, second, a.transpose()), plus(shift, shift.transpose())), product(b, b.transpose()));
}

function withCovariance(expectation: Omit<ViewExpectation, 'covariance'>): ViewExpectation {
  return { ...expectation, covariance: plus(expectation.second, expectation.meanSecond, -1) };
}

function column(values: ArrayLike<number>): Matrix {
  return new Matrix(values.length, 1, Float64Array.from(values));
}
