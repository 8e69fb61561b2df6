/** The three models at every (sample, augmentation), learned and judged on the same moments. */
import type { Judged, JudgedSample, Judgement, Questions } from '../backends/closed-form.js';
import { solveJointEmbedding } from '../closed-form/joint-embedding.js';
import { solveProbe } from '../closed-form/probe-loss.js';
import { solveReconstruction } from '../closed-form/reconstruction.js';
import { solveSupervised } from '../closed-form/supervised.js';
import { type Site, whitening } from '../closed-form/whitening.js';
import { EigenviewError } from '../errors.js';
import type { Matrix } from '../matrix/matrix.js';
import { momentsUnderGaussian, type ViewMoments } from '../moments/view-moments.js';
import { threads } from '../runtime/threads.js';
import { sineToSignal } from './angle.js';

/** At [i] those of ks[i], one a problem, or why there are none. */
export type Judgements = readonly (readonly Judgement[] | EigenviewError)[];

/** How many models each thread learns before others get a turn: the pass of the next seed, whose pieces are short. */
const ROUNDS = 3;

/**
 * At [s][c]: sample s under covariance c. One k at a time, as if there were no other: solvers for the leading k directions
 * round in ways of their own for each k, and one k may fail where another does not.
 */
export async function judgeEach(
  site: Site,
  samples: readonly JudgedSample[],
  covariances: readonly Float64Array[],
  questions: Questions,
): Promise<Judgements[][]> {
  const all: Judged[][][] = [];
  const size = Math.ceil((ROUNDS * threads()) / covariances.length);
  for (const k of questions.ks) {
    const judged: Judged[][] = [];
    for (let from = 0; from < samples.length; from += size) {
      const piece = samples.slice(from, from + size);
      judged.push(...(await judge(site, piece, covariances, { ...questions, ks: [k] })));
    }
    all.push(judged);
  }
  const only = (judged: Judged) => (judged instanceof EigenviewError ? judged : (judged[0] as readonly Judgement[]));
  return samples.map((_, s) => covariances.map((_, c) => all.map((at) => only((at[s] as Judged[])[c] as Judged))));
}

/** All ks at once, by the backend's kernel where it has one; its readable twin is below. */
export async function judge(
  site: Site,
  samples: readonly JudgedSample[],
  covariances: readonly Float64Array[],
  questions: Questions,
): Promise<Judged[][]> {
  const kernel = site.backend.closedForm;
  if (kernel !== undefined) return kernel.judge(site.control, samples, covariances, questions);
  const all: Judged[][] = [];
  for (const sample of samples) {
    const row: Judged[] = [];
    for (const covariance of covariances) row.push(await attempt(judgeOne(site, sample, covariance, questions)));
    all.push(row);
  }
  return all;
}

/** A failure of the numbers is a result; anything else, an abort among them, is not. */
async function attempt(judging: Promise<Judged>): Promise<Judged> {
  try {
    return await judging;
  } catch (error) {
    if (error instanceof EigenviewError) return error;
    throw error;
  }
}

async function judgeOne(site: Site, sample: JudgedSample, covariance: Float64Array, questions: Questions) {
  const { ks, dims, problems } = questions;
  const moments = momentsOf(sample, covariance);
  const whitener = await whitening(site, 'the second moment S of the views', moments.second, {});
  const none: Judgement = { loss: 0, sine: 0, score: 0 };
  const judged = async (encoder: Matrix, score: number): Promise<Judgement> => ({
    loss: await solveProbe(site, moments, encoder),
    sine: await sineToSignal(site, encoder, dims),
    score,
  });
  const all: Judgement[][] = [];
  for (const k of ks) {
    const row = [none, none, none];
    if (problems[0]) {
      const { weights } = await solveSupervised(site, moments, whitener);
      const loss = await squaredError(site, sample, weights);
      row[0] = { loss, sine: await sineToSignal(site, weights, dims), score: 0 };
    }
    if (problems[1]) {
      const { encoder, eigenvalues } = await solveJointEmbedding(site, moments, whitener, { k });
      row[1] = await judged(encoder, eigenvalues[k - 1] as number);
    }
    if (problems[2]) {
      const { encoder, singularValues } = await solveReconstruction(site, moments, whitener, { k });
      row[2] = await judged(encoder, singularValues[k - 1] as number);
    }
    all.push(row);
  }
  return all;
}

function trace({ data, rows }: Matrix): number {
  let sum = 0;
  for (let i = 0; i < rows; i++) sum += data[i * (rows + 1)] as number;
  return sum;
}

/** With additive noise of this diagonal covariance as the augmentation. Counts and means play no part here. */
function momentsOf({ inputSecond, targetInput, targetEnergy }: JudgedSample, covariance: Float64Array): ViewMoments {
  const inputs = {
    count: 1,
    inputSecond,
    inputMean: new Float64Array(inputSecond.rows),
    inputEnergy: trace(inputSecond),
    targetInput,
    targetMean: new Float64Array(targetInput.rows),
    targetEnergy,
  };
  return momentsUnderGaussian(inputs, { theta: covariance });
}

/** (1/n) Σ‖y − V x‖² = tr(YᵀY)/n − 2 tr(V XᵀY/n) + tr(V (XᵀX/n) Vᵀ), on un-augmented inputs. */
async function squaredError({ backend, control }: Site, sample: JudgedSample, weights: Matrix): Promise<number> {
  const { inputSecond, targetInput, targetEnergy } = sample;
  const image = await backend.linalg.async.matmul(control, weights, inputSecond, false, false);
  let error = targetEnergy;
  for (let i = 0; i < image.data.length; i++) {
    error += (weights.data[i] as number) * ((image.data[i] as number) - 2 * (targetInput.data[i] as number));
  }
  return error;
}
