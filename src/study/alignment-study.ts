import { beginCall, type CallOptions } from '../backends/select.js';
import type { Site } from '../closed-form/whitening.js';
import { describe, EigenviewError } from '../errors.js';
import { checkInteger } from '../matrix/check.js';
import { Matrix } from '../matrix/matrix.js';
import { viewMoments } from '../moments/collect.js';
import { corruptGaussian } from '../moments/corrupt.js';
import type { ViewMoments } from '../moments/view-moments.js';
import { lane } from '../runtime/lane.js';
import { STREAMS, uniform } from '../runtime/random.js';
import { type AlignmentThresholds, alignmentThresholds } from '../thresholds/alignment.js';
import { gaussianViews } from '../views/gaussian.js';
import { sineToSignal } from './angle.js';
import type { StudyDataset } from './dataset.js';
import { inOrder } from './in-order.js';
import { learn, type Model } from './models.js';
import {
  ALPHAS,
  NOISE_DIMS,
  NOISE_SCALE,
  NOISES,
  type Noise,
  PROBLEMS,
  type Problem,
  sizesFor,
  THETA_SCALE,
} from './protocol.js';

export interface AlignmentStudyConfig extends CallOptions {
  /** What to study: {@link imageDataset} or {@link builtInDataset}. */
  dataset: StudyDataset;
  /** How many seeds, 0 … seeds − 1: each draws its own sample, Θ and Γ. Default 3. */
  seeds?: number;
}

/** One result of the study. */
export interface StudyCell {
  problem: Problem;
  noise: Noise;
  alpha: number;
  n: number;
  seed: number;
  /** |loss of the model learned on corrupted data − loss of the one learned on clean data|, each on its own data. */
  distance: number;
  /** Sine of the largest principal angle between the learned row space and the signal space. */
  angle: number;
  /** This seed's threshold on α² (signed); null for the supervised problem, which has none. */
  threshold: number | null;
  /** Whether theory says that this α recovers the signal as n → ∞. */
  recovers: boolean;
}

/** How many cells a study of this many seeds on this data set has. */
export function countCells(dataset: StudyDataset, seeds: number): number {
  return seeds * NOISES.length * sizesFor(dataset.rows).length * ALPHAS.length * PROBLEMS.length;
}

/**
 * The alignment study: distance to optimality against sample size, for every problem, noise level and alignment α.
 *
 * Each seed takes one pass over its clean and one over each of its corrupted samples; all sample sizes come from that
 * pass, all α from the same moments. Cells have the same bits at every thread count.
 *
 * @returns cells, seed by seed, in an order that does not depend on timing
 * @throws EigenviewError `OUT_OF_RANGE` for a data set of fewer than 100 rows, and as {@link viewMoments}
 * @example
 * ```ts
 * for await (const cell of alignmentStudy({ dataset: await builtInDataset(), seeds: 1 })) console.log(cell.distance);
 * ```
 */
export async function* alignmentStudy(config: AlignmentStudyConfig): AsyncGenerator<StudyCell, void, undefined> {
  const { backend, control } = beginCall('alignmentStudy', config, ['dataset', 'seeds']);
  const { dataset, seeds = 3, signal } = config ?? {};
  checkDataset(dataset);
  checkInteger('seeds', seeds, { min: 1 });
  const sizes = sizesFor(dataset.rows);
  const site: Site = { backend, control: { ...control, reproducible: true }, operation: 'alignmentStudy' };
  const call: CallOptions = { backend: backend.name, ...(signal && { signal }) };
  for (let seed = 0; seed < seeds; seed++) yield* studySeed(site, call, dataset, sizes, seed);
}

async function* studySeed(
  site: Site,
  call: CallOptions,
  dataset: StudyDataset,
  sizes: number[],
  seed: number,
): AsyncGenerator<StudyCell, void, undefined> {
  const { dims } = dataset;
  const n = sizes.at(-1) as number;
  const theta = spectrum(seed, 0, THETA_SCALE, dims + NOISE_DIMS);
  const sample = () => ({ prefixes: sizes, target: dataset.targets(seed, n), ...call });
  // The noise coordinates of clean data are zero and Γ vanishes on the signal, so S, G and C are block diagonal and the
  // clean models live in the signal coordinates alone, the same for every α and noise level.
  const cleanViews = gaussianViews({ theta: theta.slice(0, dims) });
  const clean = await viewMoments(dataset.signal(seed, n), cleanViews, sample());
  const optimal = await Promise.all(clean.map((moments) => learn(site, moments, dims)));
  for (const noise of NOISES) {
    const gamma = new Float64Array(dims + NOISE_DIMS);
    gamma.set(spectrum(seed, 1 + NOISES.indexOf(noise), NOISE_SCALE[noise], NOISE_DIMS), dims);
    const thresholds = alignmentThresholds({
      signal: diagonal((clean.at(-1) as ViewMoments).inputSecond),
      theta,
      gamma: gamma.slice(dims),
    });
    const extended = extend(dataset.signal(seed, n), dims + NOISE_DIMS);
    const corrupted = corruptGaussian(extended, { gamma, seed, ...call });
    const all = await viewMoments(corrupted, gaussianViews(), sample());
    const tasks = all.flatMap((moments, i) =>
      ALPHAS.map((alpha) => async () => {
        const models = await learn(site, moments.withCovariance({ theta, gamma, alpha }), dims);
        const facts = { noise, alpha, n: moments.count, seed };
        return Promise.all(
          PROBLEMS.map((problem) => cell(site, problem, models, optimal[i] as Models, dims, thresholds, facts)),
        );
      }),
    );
    for await (const cells of inOrder(tasks, lane.width + 1)) yield* cells;
  }
}

type Models = Record<Problem, Model>;

async function cell(
  site: Site,
  problem: Problem,
  learned: Models,
  optimal: Models,
  dims: number,
  thresholds: AlignmentThresholds,
  facts: Pick<StudyCell, 'noise' | 'alpha' | 'n' | 'seed'>,
): Promise<StudyCell> {
  const threshold = thresholdOf(problem, thresholds);
  return {
    problem,
    ...facts,
    distance: Math.abs(learned[problem].loss - optimal[problem].loss),
    angle: await sineToSignal(site, learned[problem].encoder, dims),
    threshold,
    recovers: threshold === null || facts.alpha ** 2 > threshold,
  };
}

function thresholdOf(problem: Problem, thresholds: AlignmentThresholds): number | null {
  if (problem === 'supervised') return null;
  return (problem === 'reconstruction' ? thresholds.reconstruction : thresholds.jointEmbedding).alphaSquared;
}

/** `count` eigenvalues uniform on [0, scale], the seed's `which`-th list. */
function spectrum(seed: number, which: number, scale: number, count: number): Float64Array {
  return uniform(seed, which, STREAMS.spectrum, new Float64Array(count)).map((u) => scale * u);
}

function diagonal(a: Matrix): Float64Array {
  return Float64Array.from({ length: a.rows }, (_, i) => a.data[i * (a.cols + 1)] as number);
}

/** Rows followed by zeros. */
async function* extend(rows: AsyncIterable<Matrix>, cols: number): AsyncGenerator<Matrix, void, undefined> {
  for await (const chunk of rows) {
    const wide = new Matrix(chunk.rows, cols);
    for (let i = 0; i < chunk.rows; i++) wide.data.set(chunk.row(i), i * cols);
    yield wide;
  }
}

function checkDataset(dataset: unknown): asserts dataset is StudyDataset {
  if (typeof (dataset as StudyDataset | undefined)?.signal === 'function') return;
  throw new EigenviewError('INVALID_ARGUMENT', 'The study needs a data set.', {
    argument: 'dataset',
    expected: 'what builtInDataset or imageDataset returns',
    received: describe(dataset),
  });
}
