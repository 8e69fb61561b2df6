/** View processes of the fixtures. */
import { Matrix } from '../../src/matrix/matrix.js';
import { affineViews } from '../../src/views/affine.js';
import type { Covariance } from '../../src/views/covariance.js';
import { gaussianViews } from '../../src/views/gaussian.js';
import { maskViews } from '../../src/views/mask.js';
import type { ViewProcess } from '../../src/views/view-process.js';

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
      return maskViews({ keep: spec.keep, ...(spec.rescale !== undefined && { rescale: spec.rescale }) });
    case 'affine':
      return affineViews(
        spec.maps.map(({ matrix, offset, weight }) => ({
          matrix: Matrix.from(matrix),
          offset: Float64Array.from(offset),
          weight,
        })),
      );
  }
}

export function covarianceOf(spec: CovarianceSpec): Covariance {
  if (typeof spec === 'number') return spec;
  return Array.isArray(spec[0]) ? Matrix.from(spec as number[][]) : Float64Array.from(spec as number[]);
}
