import type { JudgedSample } from '../backends/closed-form.js';
import type { CallOptions } from '../backends/select.js';
import { Matrix } from '../matrix/matrix.js';
import { extendedMoments } from '../moments/collect.js';
import type { ViewMoments } from '../moments/view-moments.js';
import { STREAMS, uniform } from '../runtime/random.js';
import type { StudyDataset } from './dataset.js';

/** What one pass over a seed's sample tells: everything, for every sample size, noise level, Θ level and α. */
export interface SeedMoments {
  seed: number;
  dims: number;
  /** One a sample size: moments of [x | z] with noise z ~ N(0, diag(unitGamma)), of level 1. */
  samples: ReadonlyMap<number, ViewMoments>;
  /** Θ's eigenvalues at level 1, uniform on [0, 1]: signal coordinates, then noise coordinates. */
  unitTheta: Float64Array;
  /** Γ's eigenvalues at level 1, on the noise coordinates. */
  unitGamma: Float64Array;
}

/**
 * Noise of level g is √g times noise of level 1, so its moments follow from those of level 1: one pass, with one draw of
 * the noise, serves all levels.
 */
export async function collectSeed(
  dataset: StudyDataset,
  noiseDims: number,
  seed: number,
  sizes: readonly number[],
  call: CallOptions,
): Promise<SeedMoments> {
  const { dims } = dataset;
  const n = sizes.at(-1) as number;
  const unitTheta = uniform(seed, 0, STREAMS.spectrum, new Float64Array(dims + noiseDims));
  const unitGamma = uniform(seed, 1, STREAMS.spectrum, new Float64Array(noiseDims));
  const all = await extendedMoments(dataset.signal(seed, n), {
    gamma: unitGamma,
    seed,
    prefixes: sizes,
    target: dataset.targets(seed, n),
    ...call,
  });
  return { seed, dims, samples: new Map(all.map((moments) => [moments.count, moments])), unitTheta, unitGamma };
}

/** The moments of the corrupted sample at a noise level. */
export function corruptedSample({ samples, dims }: SeedMoments, n: number, noise: number): JudgedSample {
  const moments = samples.get(n) as ViewMoments;
  const root = Math.sqrt(noise);
  const scale = (j: number) => (j < dims ? 1 : root);
  return {
    inputSecond: scaled(moments.inputSecond, scale, scale),
    targetInput: scaled(moments.targetInput as Matrix, () => 1, scale),
    targetEnergy: moments.targetEnergy as number,
  };
}

/**
 * The moments of the clean sample. Its noise coordinates are zero and Γ vanishes on the signal, so S, G and C are block
 * diagonal and the clean models live in the signal coordinates alone, the same for every α and noise level.
 */
export function cleanSample({ samples, dims }: SeedMoments, n: number): JudgedSample {
  const moments = samples.get(n) as ViewMoments;
  return {
    inputSecond: leading(moments.inputSecond, dims, dims),
    targetInput: leading(moments.targetInput as Matrix, (moments.targetInput as Matrix).rows, dims),
    targetEnergy: moments.targetEnergy as number,
  };
}

/** tr(XᵀX)/n of the clean sample. */
export function energyOf({ samples, dims }: SeedMoments, n: number): number {
  const { inputSecond } = samples.get(n) as ViewMoments;
  let energy = 0;
  for (let i = 0; i < dims; i++) energy += inputSecond.data[i * (inputSecond.cols + 1)] as number;
  return energy;
}

function scaled(a: Matrix, rowScale: (i: number) => number, columnScale: (j: number) => number): Matrix {
  const out = new Matrix(a.rows, a.cols);
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j < a.cols; j++) {
      out.data[i * a.cols + j] = (a.data[i * a.cols + j] as number) * (rowScale(i) * columnScale(j));
    }
  }
  return out;
}

function leading(a: Matrix, rows: number, cols: number): Matrix {
  const out = new Matrix(rows, cols);
  for (let i = 0; i < rows; i++) out.data.set(a.row(i).subarray(0, cols), i * cols);
  return out;
}
