/** The three models at one (sample, α), learned and judged on the same moments. */
import { type JointEmbedding, solveJointEmbedding } from '../closed-form/joint-embedding.js';
import { solveProbe } from '../closed-form/probe-loss.js';
import { type Reconstruction, solveReconstruction } from '../closed-form/reconstruction.js';
import { solveSupervised } from '../closed-form/supervised.js';
import { type Site, whitening } from '../closed-form/whitening.js';
import type { Matrix } from '../matrix/matrix.js';
import type { ViewMoments } from '../moments/view-moments.js';
import type { Problem } from './protocol.js';

/** What was learned and how well it does on the data it was learned from. */
export interface Model {
  /** The encoder, or the weights of the supervised problem. */
  encoder: Matrix;
  /** Linear-probe loss of the encoding; for the supervised problem the mean squared error of the weights themselves. */
  loss: number;
}

/** Learns all three with encoders of dimension k, sharing one whitening of S. */
export async function learn(site: Site, moments: ViewMoments, k: number): Promise<Record<Problem, Model>> {
  const whitener = await whitening(site, 'the second moment S of the views', moments.second, {});
  const judge = async ({ encoder }: JointEmbedding | Reconstruction): Promise<Model> => ({
    encoder,
    loss: await solveProbe(site, moments, encoder),
  });
  const [{ weights }, embedding, reconstruction] = await Promise.all([
    solveSupervised(site, moments, whitener),
    solveJointEmbedding(site, moments, whitener, { k }).then(judge),
    solveReconstruction(site, moments, whitener, { k }).then(judge),
  ]);
  const loss = await squaredError(site, moments, weights);
  return { supervised: { encoder: weights, loss }, 'joint-embedding': embedding, reconstruction };
}

/** (1/n) Σ‖y − V x‖² = tr(YᵀY)/n − 2 tr(V XᵀY/n) + tr(V (XᵀX/n) Vᵀ), on un-augmented inputs. */
async function squaredError({ backend, control }: Site, moments: ViewMoments, weights: Matrix): Promise<number> {
  const { inputSecond, targetInput, targetEnergy } = moments;
  const image = await backend.linalg.async.matmul(control, weights, inputSecond, false, false);
  let error = targetEnergy as number;
  for (let i = 0; i < image.data.length; i++) {
    error +=
      (weights.data[i] as number) * ((image.data[i] as number) - 2 * ((targetInput as Matrix).data[i] as number));
  }
  return error;
}
