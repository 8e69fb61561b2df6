/**
 * The propositions behind the alignment study, on synthetic Gaussian data: signal coordinates with second moments aᵢ, then
 * noise coordinates in which clean data are zero and corrupted data N(0, γᵢ); augmentation Σ = Θ + α²Γ with Γ zero on the
 * signal. Write S = [A M; Mᵀ N + Θ_ν + α²Γ] for corrupted data, A = XᵀX/n + Θ_s what clean data have, M = O(n^{-1/2})
 * the chance covariance of signal and noise, and C = G = [X_s M; Mᵀ N].
 */
import { describe, expect, it } from 'vitest';
import { jointEmbedding } from '../../src/closed-form/joint-embedding.js';
import { reconstruction } from '../../src/closed-form/reconstruction.js';
import { supervised } from '../../src/closed-form/supervised.js';
import { subspaceDistanceSync } from '../../src/linalg/subspace-distance.js';
import { svdSync } from '../../src/linalg/svd.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { viewMoments } from '../../src/moments/collect.js';
import { corruptGaussian } from '../../src/moments/corrupt-gaussian.js';
import type { ViewMoments } from '../../src/moments/view-moments.js';
import { alignmentThresholds } from '../../src/thresholds/alignment.js';
import { gaussianViews } from '../../src/views/gaussian.js';
import { energy, plus, product, solved, symmetrised, trace } from '../support/algebra.js';
import { BACKENDS } from '../support/backends.js';
import { mean } from '../support/enumerated.js';
import { normals, orthogonal } from '../support/normals.js';
import fc from '../support/properties.js';

interface Setting {
  signal: number[];
  theta: number[];
  gamma: number[];
}

const METHODS = ['reconstruction', 'jointEmbedding'] as const;
type Method = (typeof METHODS)[number];
const SOLVERS = { reconstruction, jointEmbedding };

/** Sine of the largest principal angle between two row spaces of equal dimension. */
function sine(a: Matrix, b: Matrix): number {
  return Math.sin(subspaceDistanceSync(a, b).angles.at(-1) as number);
}

/** The first k coordinates, as a row space. */
function coordinates(k: number, d: number): Matrix {
  return new Matrix(k, d, Matrix.identity(d).data.slice(0, k * d));
}

/** The slope of log y against log x, by least squares. */
function slope(x: readonly number[], y: readonly number[]): number {
  const [lx, ly] = [x.map(Math.log), y.map(Math.log)];
  const [mx, my] = [mean(lx), mean(ly)];
  const covariance = mean(lx.map((value, i) => (value - mx) * ((ly[i] as number) - my)));
  return covariance / mean(lx.map((value) => (value - mx) ** 2));
}

/** n rows of clean data, the same corrupted, and two targets linear in the signal up to noise. */
async function sample({ signal, gamma }: Setting, seed: number, n: number) {
  const k = signal.length;
  const d = k + gamma.length;
  const deviations = Matrix.diagonal(signal.map(Math.sqrt));
  const latent = product(normals(3 * seed, n, k), deviations);
  const clean = product(latent, coordinates(k, d));
  const covariance = Float64Array.of(...signal.map(() => 0), ...gamma);
  const noisy = await corruptGaussian(clean, { gamma: covariance, seed });
  const targets = plus(product(latent, normals(3 * seed + 1, k, 2)), normals(3 * seed + 2, n, 2));
  return { clean, noisy, targets };
}

function augmentation({ signal, theta, gamma }: Setting, alpha: number) {
  const aligned = Float64Array.of(...signal.map(() => 0), ...gamma);
  return { theta: Float64Array.from(theta), gamma: aligned, alpha };
}

const strong: Setting = { signal: [6, 3, 2], theta: [1, 2, 0.5, 1, 0.3, 2, 0.7], gamma: [8, 3, 5, 12] };

describe.each(BACKENDS)('α → ∞ at fixed n, on %s', async (backend) => {
  const { clean, noisy, targets: target } = await sample(strong, 1, 60);
  const moments = await viewMoments(noisy, gaussianViews(), { target, backend });
  const cleanMoments = await viewMoments(clean, gaussianViews(), { target, backend });
  const at = (alpha: number) => moments.withCovariance(augmentation(strong, alpha));
  const cleanAt = (alpha: number) => cleanMoments.withCovariance(augmentation(strong, alpha));
  // A decade in which α² is far above 1, where N matters beside α²Γ, and the sines, about α⁻²/3, far above 1e-14.
  const alphas = [100, 178, 316, 562, 1000];

  it('clean data give the signal space at every α', async () => {
    for (const alpha of [0.1, 1, 100]) {
      for (const method of METHODS) {
        const { encoder } = await SOLVERS[method](cleanAt(alpha), { k: 3, backend });
        expect(sine(encoder, coordinates(3, 7))).toBeLessThan(1e-13);
      }
    }
  });

  /**
   * The noise block of S grows like α²Γ, so that S⁻¹ = [A⁻¹ 0; 0 0] + O(α⁻²). Row spaces are those of B S⁻¹, of
   * R_kᵀ C S⁻¹ and of Q_kᵀ S^{-1/2} (its whitened noise components O(α⁻¹), times another α⁻¹): sines fall like α⁻².
   */
  it.each(METHODS)('the %s encoder recovers, its angle falling like α⁻²', async (method) => {
    const sines: number[] = [];
    for (const alpha of alphas) {
      const { encoder } = await SOLVERS[method](at(alpha), { k: 3, backend });
      const { encoder: expected } = await SOLVERS[method](cleanAt(alpha), { k: 3, backend });
      sines.push(sine(encoder, expected));
    }
    expect(slope(alphas, sines)).toBeCloseTo(-2, 1);
    expect(sines.at(-1)).toBeLessThan(1e-5);
  });

  it('so do the weights of supervised learning, in angle and in norm', async () => {
    const sines: number[] = [];
    const errors: number[] = [];
    for (const alpha of alphas) {
      const { weights } = await supervised(at(alpha), { backend });
      const { weights: expected } = await supervised(cleanAt(alpha), { backend });
      sines.push(sine(weights, expected));
      errors.push(Math.sqrt(energy(plus(weights, expected, -1)) / energy(expected)));
    }
    expect(slope(alphas, sines)).toBeCloseTo(-2, 1);
    expect(slope(alphas, errors)).toBeCloseTo(-2, 1);
  });

  /**
   * C S⁻¹ Cᵀ → [X_s; Mᵀ] A⁻¹ [X_s M], of rank k: the decoder's columns come to span [X_s; Mᵀ], those of clean data the
   * signal coordinates. The tangents of the angles between the two are the singular values of Mᵀ X_s⁻¹, whatever α.
   */
  it('the decoder of reconstruction keeps the distance that chance covariance gives it', async () => {
    const block = (from: number, to: number) => {
      const rows = moments.inputSecond.toArray().slice(from, to);
      return Matrix.from(rows.map((row) => row.slice(0, 3)));
    };
    const [signal, cross] = [block(0, 3), block(3, 7)];
    const tangent = svdSync(solved(signal, cross.transpose())).s[0] as number;
    const limit = Math.sin(Math.atan(tangent));
    expect(limit).toBeGreaterThan(0.1);
    const distances: number[] = [];
    for (const alpha of [...alphas, 1e4]) {
      const { decoder } = await reconstruction(at(alpha), { k: 3, backend });
      const { decoder: expected } = await reconstruction(cleanAt(alpha), { k: 3, backend });
      distances.push(sine(decoder.transpose(), expected.transpose()));
    }
    expect(distances.at(-1)).toBeCloseTo(limit, 6);
    // It comes to the limit as α⁻², from the first of these α on within 1e-3.
    expect(new Float64Array(distances)).toBeCloseToArray(new Float64Array(6).fill(limit), 1e-3);
  });
});

describe.each(BACKENDS)('n → ∞, with the moments of the population, on %s', (backend) => {
  /** d rows √d · √aᵢ eᵢ, turned by Q: second moments exactly Q diag(a) Qᵀ. */
  function population({ signal, theta, gamma }: Setting, q: Matrix) {
    const variances = [...signal, ...gamma];
    const d = variances.length;
    const rows = product(Matrix.diagonal(variances.map((value) => Math.sqrt(d * value))), q.transpose());
    const turned = (values: number[]) => symmetrised(product(q, Matrix.diagonal(values), q.transpose()));
    const covariances = { theta: turned(theta), gamma: turned([...signal.map(() => 0), ...gamma]) };
    const signalSpace = product(coordinates(signal.length, d), q.transpose());
    return { rows, covariances, signalSpace };
  }

  /** The sine between what a method learns at α² and the signal. */
  async function learned(method: Method, setting: Setting, alphaSquared: number, seed: number): Promise<number> {
    const { rows, covariances, signalSpace } = population(setting, orthogonal(seed, setting.theta.length));
    const views = gaussianViews({ ...covariances, alpha: Math.sqrt(alphaSquared) });
    // The moments of seven rows are the same numbers on both backends, to rounding.
    const moments = await viewMoments(rows, views, { backend: 'js' });
    const { encoder } = await SOLVERS[method](moments, { k: setting.signal.length, backend });
    return sine(encoder, signalSpace);
  }

  const moderate = fc.double({ min: 0.2, max: 5, noNaN: true });
  const settings = fc.record({
    signal: fc.array(moderate, { minLength: 2, maxLength: 2 }),
    theta: fc.array(moderate, { minLength: 5, maxLength: 5 }),
    gamma: fc.array(moderate, { minLength: 3, maxLength: 3 }),
    seed: fc.nat({ max: 999 }),
  });

  // Beyond a crossing of scores by 1e-5, rounding (1e-16 over the gap) turns the learned space by 1e-10; before it, a
  // noise direction stands for the weakest signal direction, at a right angle.
  it.each(METHODS)('%s recovers the clean encoder just above its threshold and not just below', async (method) => {
    let both = 0;
    await fc.assert(
      fc.asyncProperty(settings, async ({ seed, ...setting }) => {
        const { alphaSquared, always } = alignmentThresholds(setting)[method];
        if (always) {
          fc.pre(alphaSquared < -1e-5);
          expect(await learned(method, setting, 0, seed)).toBeLessThan(1e-8);
          return;
        }
        fc.pre(alphaSquared > 1e-3);
        both++;
        expect(await learned(method, setting, alphaSquared * (1 + 1e-4), seed)).toBeLessThan(1e-6);
        expect(await learned(method, setting, alphaSquared * (1 - 1e-4), seed)).toBeGreaterThan(1 - 1e-6);
      }),
      { numRuns: 40 },
    );
    expect(both).toBeGreaterThan(10);
  });

  it('between the two thresholds only the preferred method recovers', async () => {
    let [low, high] = [0, 0];
    await fc.assert(
      fc.asyncProperty(settings, async ({ seed, ...setting }) => {
        const { reconstruction: rc, jointEmbedding: je, noise, prefer } = alignmentThresholds(setting);
        const middle = (rc.alphaSquared + je.alphaSquared) / 2;
        fc.pre(noise !== 'mixed' && middle > 0 && Math.abs(rc.alphaSquared - je.alphaSquared) > 0.01 * middle);
        expect(prefer).toBe(noise === 'low' ? 'reconstruction' : 'joint-embedding');
        if (noise === 'low') low++;
        else high++;
        const [better, worse] = noise === 'low' ? METHODS : [METHODS[1], METHODS[0]];
        expect(await learned(better, setting, middle, seed)).toBeLessThan(1e-8);
        expect(await learned(worse, setting, middle, seed)).toBeGreaterThan(1 - 1e-8);
      }),
      { numRuns: 60 },
    );
    expect(Math.min(low, high)).toBeGreaterThan(2);
  });

  it('at a tie both recover from the same α on', async () => {
    // η²/δ = a where there is one signal coordinate; noise as large ties.
    const tie: Setting = { signal: [2], theta: [3, 0.5], gamma: [2] };
    const { reconstruction: rc, jointEmbedding: je, prefer } = alignmentThresholds(tie);
    expect(prefer).toBe('either');
    expect(rc.alphaSquared).toBeCloseTo(1.25, 14);
    expect(je.alphaSquared).toBeCloseTo(1.25, 14);
    for (const method of METHODS) {
      expect(await learned(method, tie, 1.2501, 3)).toBeLessThan(1e-8);
      expect(await learned(method, tie, 1.2499, 3)).toBeGreaterThan(1 - 1e-8);
    }
  });

  it('α = 0 recovers where the signed square is negative, not where it is 0 or more', async () => {
    const weak: Setting = { signal: [5, 4], theta: [1, 1, 2, 2], gamma: [0.5, 1] };
    const thresholds = alignmentThresholds(weak);
    for (const method of METHODS) {
      expect(thresholds[method].always).toBe(true);
      expect(await learned(method, weak, 0, 1)).toBeLessThan(1e-12);
    }
    expect(await learned('jointEmbedding', { signal: [4], theta: [12, 2.9], gamma: [1] }, 0, 1)).toBeGreaterThan(0.999);
  });
});

describe('n → ∞, with samples', () => {
  const sizes = [400, 800, 1600, 3200, 6400, 12_800, 25_600];
  const seeds = [1, 2, 3, 4, 5, 6];

  /** Moments of growing samples, clean and corrupted, seed by seed; `at` gives them a process. */
  async function growing(setting: Setting) {
    const all = await Promise.all(
      seeds.map(async (seed) => {
        const { clean, noisy, targets: target } = await sample(setting, 10 + seed, sizes.at(-1) as number);
        const options = { target, prefixes: sizes };
        return {
          clean: await viewMoments(clean, gaussianViews(), options),
          noisy: await viewMoments(noisy, gaussianViews(), options),
        };
      }),
    );
    const at = (list: ViewMoments[], alpha: number) => {
      return list.map((moments) => moments.withCovariance(augmentation(setting, alpha)));
    };
    return (alpha: number) => all.map(({ clean, noisy }) => ({ clean: at(clean, alpha), noisy: at(noisy, alpha) }));
  }

  /** Geometric means over seeds of a distance between what is learned from clean and from corrupted data, by size. */
  async function distances(
    pairs: { clean: ViewMoments[]; noisy: ViewMoments[] }[],
    distance: (clean: ViewMoments, noisy: ViewMoments) => Promise<number>,
  ): Promise<number[]> {
    const bySize = sizes.map((_, i) =>
      Promise.all(pairs.map(({ clean, noisy }) => distance(clean[i] as ViewMoments, noisy[i] as ViewMoments))),
    );
    return (await Promise.all(bySize)).map((values) => Math.exp(mean(values.map(Math.log))));
  }

  const angle = (method: Method, k: number) => async (clean: ViewMoments, noisy: ViewMoments) => {
    const [a, b] = await Promise.all([clean, noisy].map((moments) => SOLVERS[method](moments, { k })));
    return sine((a as { encoder: Matrix }).encoder, (b as { encoder: Matrix }).encoder);
  };

  /**
   * Corrupted moments differ from block-diagonal ones by M = O(n^{-1/2}). Where signal scores are above noise scores by a
   * gap, the learned space turns by about ‖M‖/gap (Davis & Kahan 1970): n^{-1/2}. Where one is not, a noise direction is
   * learned instead, at nearly a right angle.
   */
  it.each(METHODS)('%s: angles fall like n^{-1/2} above the threshold and stay near 90° below', async (method) => {
    const at = await growing(strong);
    const { alphaSquared } = alignmentThresholds(strong)[method];
    expect(alphaSquared).toBeGreaterThan(0.05);
    const above = await distances(at(Math.sqrt(3 * alphaSquared + 1)), angle(method, 3));
    expect(Math.abs(slope(sizes, above) + 0.5)).toBeLessThan(0.08);
    expect(above.at(-1)).toBeLessThan(0.05);
    const below = await distances(at(Math.sqrt(alphaSquared / 3)), angle(method, 3));
    expect(Math.min(...below)).toBeGreaterThan(0.8);
    expect(below.at(-1)).toBeGreaterThan(0.99);
  });

  /**
   * V = B S⁻¹ has no scores to be ranked: its noise columns, (B_ν − B_s A⁻¹ M)(N + Θ_ν + α²Γ)⁻¹, are O(n^{-1/2}) at every
   * α, and being at a minimum, its training error differs from the clean one by their squares: O(1/n).
   */
  it.each([0, 0.1, 1, 10])(
    'supervised learning is consistent, its angle like n^{-1/2}, its error like 1/n, α = %d',
    async (alpha) => {
      const pairs = (await growing(strong))(alpha);
      const angles = await distances(pairs, async (clean, noisy) => {
        const [a, b] = await Promise.all([supervised(clean), supervised(noisy)]);
        return sine(a.weights, b.weights);
      });
      expect(Math.abs(slope(sizes, angles) + 0.5)).toBeLessThan(0.08);
      const errors = await distances(pairs, async (clean, noisy) => {
        const [a, b] = await Promise.all([trainingError(clean), trainingError(noisy)]);
        return Math.abs(a - b);
      });
      expect(Math.abs(slope(sizes, errors) + 1)).toBeLessThan(0.2);
    },
  );

  /** (1/n) Σ‖y − V x‖² of the learned weights on the un-augmented data they were learned from. */
  async function trainingError(moments: ViewMoments): Promise<number> {
    const { weights } = await supervised(moments);
    const cross = trace(product(weights, (moments.targetInput as Matrix).transpose()));
    const own = trace(product(weights, moments.inputSecond, weights.transpose()));
    return (moments.targetEnergy as number) - 2 * cross + own;
  }
});
