import { describe, expect, it } from 'vitest';
import { jointEmbedding } from '../../src/closed-form/joint-embedding.js';
import { subspaceDistance } from '../../src/linalg/subspace-distance.js';
import { vicreg } from '../../src/losses/vicreg.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { viewMoments } from '../../src/moments/collect.js';
import { encode } from '../../src/moments/encode.js';
import { sampleViews } from '../../src/moments/sample-views.js';
import { adamW } from '../../src/training/adam-w.js';
import { linearEncoderGradient } from '../../src/training/linear-encoder-gradient.js';
import { epochOrder, split } from '../../src/training/minibatches.js';
import type { ObjectiveValue, TrainingObjective } from '../../src/training/objective.js';
import { cosineSchedule } from '../../src/training/schedule.js';
import { sgd } from '../../src/training/sgd.js';
import { type TrainLinearOptions, trainLinear } from '../../src/training/train-linear.js';
import { customViews } from '../../src/views/custom.js';
import { gaussianViews } from '../../src/views/gaussian.js';
import { centred, energy, plus, product, times } from '../support/algebra.js';
import { BACKENDS } from '../support/backends.js';
import { failure } from '../support/failure.js';
import { normals, orthogonal } from '../support/normals.js';

const x = normals(1, 20, 4);
const views = gaussianViews({ theta: 0.2 });
const options: TrainLinearOptions = { k: 2, batchSize: 8, steps: 5, optimizer: sgd({ learningRate: 0.1 }), seed: 3 };

/** Row order[i] of x with its views 0 and 1, for the first batch of `count` rows. */
async function firstBatch(count: number, backend: 'native' | 'js'): Promise<[Matrix, Matrix]> {
  const all = await sampleViews(x, views, { samples: 2, seed: 3, backend });
  const order = epochOrder(3, 0, x.rows).subarray(0, count);
  const both = new Matrix(2 * count, x.cols);
  for (const [i, row] of order.entries()) {
    both.data.set(all.data.subarray(2 * row * x.cols, 2 * (row + 1) * x.cols), 2 * i * x.cols);
  }
  return split(both);
}

/** ½ Σ (z1 M − z2)²/B + ¼ (Σ z1²/B)², M fixed: no symmetry that could hide a swapped argument. */
const M = normals(8, 2, 2);
const odd = (z1: Matrix, z2: Matrix): ObjectiveValue => {
  const off = plus(product(z1, M), z2, -1);
  const size = energy(z1) / z1.rows;
  const byFirst = plus(times(product(off, M.transpose()), 1 / z1.rows), z1, size / z1.rows);
  return { loss: energy(off) / z1.rows / 2 + size ** 2 / 4, gradients: [byFirst, times(off, -1 / z1.rows)] };
};

/** The derivative of f at each number of a matrix, by central differences. */
async function differences(at: Matrix, f: (w: Matrix) => Promise<number>): Promise<Matrix> {
  const slope = new Matrix(at.rows, at.cols);
  // The cube root of rounding balances it against the third derivative.
  const step = 6e-6;
  for (let i = 0; i < at.data.length; i++) {
    const moved = (by: number) => {
      const w = new Matrix(at.rows, at.cols, Float64Array.from(at.data));
      w.data[i] = (w.data[i] as number) + by;
      return f(w);
    };
    slope.data[i] = ((await moved(step)) - (await moved(-step))) / (2 * step);
  }
  return slope;
}

describe.each(BACKENDS)('trainLinear on %s', (backend) => {
  const init = times(normals(5, 2, 4), 0.3);
  const once = { ...options, backend, init, steps: 1 };

  it('makes the step that gradient descent makes', async () => {
    const [x1, x2] = await firstBatch(8, backend);
    const { loss, parts, gradients } = await vicreg(await encode(init, x1), await encode(init, x2));
    const slope = plus(
      await linearEncoderGradient(x1, gradients[0] as Matrix),
      await linearEncoderGradient(x2, gradients[1] as Matrix),
    );
    const trained = await trainLinear(x, views, 'vicreg', once);
    expect(trained.encoder).toBeCloseToArray(plus(init, slope, -0.1), 1e-13);
    expect(trained).toMatchObject({ steps: 1, reason: 'done' });
    const [record] = trained.history;
    expect(record?.step).toBe(0);
    expect(record?.loss).toBeCloseTo(loss, 12);
    expect(record?.parts.covariance).toBeCloseTo(parts.covariance, 13);
    expect(trained.optimizerState.step).toBe(1);
  });

  it('descends along the derivatives by encoder and predictor, the targets constant', async () => {
    // In the first step the predictor is the identity; so that it matters, look at the second as well.
    for (const target of [undefined, { momentum: 0.75 }]) {
      const run = (steps: number) =>
        trainLinear(x, views, odd, { ...once, batchSize: 20, steps, predictor: true, ...(target && { target }) });
      const [before, after] = [await run(1), await run(2)];
      const all = await sampleViews(x, views, { samples: 4, seed: 3, backend });
      const order = epochOrder(3, 1, x.rows);
      const pick = (view: number) => Matrix.from([...order].map((row) => [...all.row(4 * row + 2 + view)]));
      const [a, b] = [pick(0), pick(1)];
      const constants = before.target ?? before.encoder;
      const [t1, t2] = [await encode(constants, a), await encode(constants, b)];
      const loss = async (w: Matrix, p: Matrix) => {
        const ways = [odd(await encode(product(p, w), a), t2), odd(await encode(product(p, w), b), t1)];
        return ways.reduce((sum, way) => sum + way.loss / 2, 0);
      };
      const p = before.predictor as Matrix;
      expect(after.history[1]?.loss).toBeCloseTo(await loss(before.encoder, p), 12);
      const byW = await differences(before.encoder, (w) => loss(w, p));
      const byP = await differences(p, (q) => loss(before.encoder, q));
      expect(after.encoder).toBeCloseToArray(plus(before.encoder, byW, -0.1), 1e-9);
      expect(after.predictor).toBeCloseToArray(plus(p, byP, -0.1), 1e-9);
      if (target !== undefined) {
        expect(after.target).toBeCloseToArray(plus(times(constants, 0.75), after.encoder, 0.25), 1e-14);
      }
    }
  });
});

describe('trainLinear', () => {
  it('has the same numbers on both backends', async () => {
    // Drawn views agree to single precision.
    const run = (backend: 'native' | 'js') => trainLinear(x, views, 'barlowTwins', { ...options, backend });
    expect((await run('native')).encoder).toBeCloseToArray((await run('js')).encoder, 1e-6);
  });

  it('takes a stream, float32 or not, as the matrix that it is of', async () => {
    // VICReg's covariance term is of fourth order: at 0.1 some batches would send the weights away.
    const gentle = { ...options, optimizer: sgd({ learningRate: 0.01 }) };
    const whole = await trainLinear(x, views, 'vicreg', gentle);
    const pieces = [new Matrix(12, 4, x.data.slice(0, 48)), new Matrix(8, 4, x.data.slice(48))];
    expect((await trainLinear(pieces, views, 'vicreg', gentle)).encoder).toEqual(whole.encoder);
    // A stream that uses its memory again.
    async function* reusing(): AsyncGenerator<Matrix> {
      const chunk = new Matrix(5, 4);
      for (let from = 0; from < 20; from += 5) {
        chunk.data.set(x.data.subarray(4 * from, 4 * from + 20));
        yield chunk;
      }
    }
    expect((await trainLinear(reusing(), views, 'vicreg', gentle)).encoder).toEqual(whole.encoder);
    const narrow = new Matrix(20, 4, Float32Array.from(x.data));
    const { encoder } = await trainLinear(narrow, views, 'vicreg', gentle);
    expect(encoder).toBeCloseToArray(whole.encoder, 1e-5);
  });

  it('starts from normals of variance 1/d, others for another seed', async () => {
    const start = async (seed: number) =>
      (await trainLinear(normals(1, 8, 200), views, 'vicreg', { ...options, k: 50, steps: 0, seed })).encoder;
    const encoder = await start(1);
    expect(await start(1)).toEqual(encoder);
    // Squares of 10 000 normals: a relative standard deviation of √(2/10 000), five of them.
    expect(Math.abs(energy(encoder) / 50 - 1)).toBeLessThan(0.07);
    const other = await start(2);
    expect(Math.abs(energy(plus(encoder, other, -1)) / 100 - 1)).toBeLessThan(0.07);
  });

  it('counts epochs in whole batches', async () => {
    const trained = await trainLinear(x, views, 'vicreg', {
      k: 2,
      batchSize: 8,
      epochs: 3,
      optimizer: options.optimizer,
    });
    expect(trained.steps).toBe(6);
    expect(trained.history.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('encodes views of another dimension than the samples', async () => {
    const wide = customViews((rows) => Matrix.from(rows.toArray().map((row) => [...row, 1])), { input: 4, output: 5 });
    const { encoder } = await trainLinear(x, wide, 'whitenedMse', options);
    expect(encoder.cols).toBe(5);
  });

  it('tells of its progress', async () => {
    const seen: number[] = [];
    const { history } = await trainLinear(x, views, 'vicreg', {
      ...options,
      onProgress: ({ step, steps, loss }) => {
        seen.push(step, steps, loss);
      },
    });
    expect(seen).toEqual(history.flatMap(({ step, loss }) => [step + 1, 5, loss]));
  });

  it('ends with the last weights when aborted', async () => {
    const controller = new AbortController();
    const trained = await trainLinear(x, views, 'vicreg', {
      ...options,
      steps: 1000,
      signal: controller.signal,
      onProgress: ({ step }) => {
        if (step === 4) controller.abort();
      },
    });
    expect(trained).toMatchObject({ reason: 'aborted', steps: 4 });
    expect(trained.encoder).toEqual((await trainLinear(x, views, 'vicreg', { ...options, steps: 4 })).encoder);
    const late = trainLinear(x, views, 'vicreg', { ...options, signal: AbortSignal.abort('enough') });
    await expect(late).rejects.toBe('enough');
  });

  it.each(BACKENDS)('can be aborted by a timer, however small its steps are, on %s', async (backend) => {
    const trained = await trainLinear(x, views, 'vicreg', {
      ...options,
      steps: 1e6,
      optimizer: sgd({ learningRate: 0.001 }),
      backend,
      signal: AbortSignal.timeout(150),
    });
    expect(trained.reason).toBe('aborted');
  });

  it.each<[string, TrainingObjective]>([
    ['a loss', 'spectralContrastive'],
    ['a loss of a function', (z1, z2) => ({ loss: energy(z1) > 1e9 ? Number.NaN : 1, gradients: [z1, z2] })],
    ['a gradient', (z1, z2) => ({ loss: 1, gradients: [times(z1, energy(z1) > 1e9 ? 1 / 0 : 1), z2] })],
  ])('ends with finite weights where %s is no longer finite', async (_, objective) => {
    const steep = { ...options, steps: 1000, optimizer: sgd({ learningRate: 1e3 }) };
    const { reason, encoder, history, steps } = await trainLinear(x, views, objective, steep);
    expect(reason).toBe('diverged');
    expect(steps).toBeLessThan(1000);
    expect(steps).toBeGreaterThan(0);
    expect(encoder.data.every(Number.isFinite)).toBe(true);
    expect(history.length).toBe(steps);
    expect(history.every(({ loss }) => Number.isFinite(loss))).toBe(true);
  });

  it('refuses what does not fit', async () => {
    const call = (changes: object, objective: unknown = 'vicreg', source: unknown = x, process: unknown = views) =>
      failure(() =>
        trainLinear(source as Matrix, process as typeof views, objective as 'vicreg', { ...options, ...changes }),
      );
    expect(await call({ k: 0 })).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'k' });
    expect(await call({ batchSize: 21 })).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'batchSize' });
    expect((await call({ batchSize: 1 })).code).toBe('OUT_OF_RANGE');
    expect((await call({ epochs: 2 })).argument).toBe('steps');
    expect((await call({ steps: undefined })).argument).toBe('steps');
    expect((await call({ steps: -1 })).code).toBe('OUT_OF_RANGE');
    expect((await call({ optimizer: { learningRate: 1 } })).argument).toBe('optimizer');
    expect((await call({ seed: -1 })).argument).toBe('seed');
    expect((await call({ init: normals(1, 2, 3) })).code).toBe('SHAPE_MISMATCH');
    expect((await call({ target: { momentum: 1.5 } })).argument).toBe('target.momentum');
    expect((await call({ target: { rate: 0.1 } })).code).toBe('UNKNOWN_OPTION');
    expect((await call({ target: { momentum: () => 2 } })).argument).toBe('target.momentum(0)');
    expect((await call({ predictor: 'learned' })).argument).toBe('predictor');
    expect((await call({ onProgress: 1 })).argument).toBe('onProgress');
    expect((await call({ resume: true })).argument).toBe('resume');
    expect((await call({ checkpoint: { path: 3 } })).argument).toBe('checkpoint.path');
    expect((await call({ rate: 1 })).code).toBe('UNKNOWN_OPTION');
    expect((await call({}, 'VICReg')).argument).toBe('objective');
    expect((await call({}, { name: 'vicreg', lambda: 1 })).code).toBe('UNKNOWN_OPTION');
    expect((await call({}, 'vicreg', plus(x, Matrix.from(Array(20).fill([0, Number.NaN, 0, 0]))))).code).toBe(
      'NOT_FINITE',
    );
    for (const objective of ['simsiam', 'byol', { name: 'byol' }]) {
      const alone = await call({ target: { momentum: 0.9 } }, objective);
      expect(alone).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'predictor' });
      expect(alone.message).toContain('collapses');
    }
    expect((await call({}, 'vicreg', [])).code).toBe('EMPTY');
    expect((await call({}, 'vicreg', 3)).code).toBe('INVALID_ARGUMENT');
    expect((await call({}, 'vicreg', x, {})).argument).toBe('views');
    expect((await failure(() => trainLinear(x, views, 'vicreg', undefined as never))).code).toBe('INVALID_ARGUMENT');
  });
});

describe('training learns the subspace of the closed form', async () => {
  const d = 6;
  // Signal of variance 4 under noise of variance ¼ to 16: ω of 0.94, 0.89, 0.8 | 0.33, 0.27, 0.2, in a rotated basis.
  const basis = orthogonal(2, d);
  const data = times(product(centred(normals(3, 512, d)), basis), 2);
  const noise = product(basis.transpose(), Matrix.diagonal([0.25, 0.5, 1, 8, 11, 16]), basis);
  const process = gaussianViews({ theta: noise });
  const k = 3;
  const { encoder } = await jointEmbedding(await viewMoments(data, process), { k });

  it.each<[string, TrainingObjective, number]>([
    ['VICReg', 'vicreg', 0.05],
    ['Barlow Twins', 'barlowTwins', 0.05],
    ['the spectral contrastive loss', 'spectralContrastive', 0.05],
    ['PEIRA', { name: 'peira', lambda: 0.05, rate: 0.2 }, 0.02],
  ])('with %s', async (_, objective, learningRate) => {
    const steps = 300;
    const trained = await trainLinear(data, process, objective, {
      k,
      batchSize: 256,
      steps,
      optimizer: adamW({ learningRate: cosineSchedule({ start: learningRate, end: 0, steps }), weightDecay: 0 }),
      seed: 1,
    });
    const start = await trainLinear(data, process, objective, { ...options, k, steps: 0, seed: 1 });
    const angle = async (w: Matrix) => Math.sin((await subspaceDistance(w, encoder)).angles.at(-1) as number);
    expect(await angle(start.encoder)).toBeGreaterThan(0.5);
    // One in √n, for what batches of drawn views know of the moments.
    expect(await angle(trained.encoder)).toBeLessThan(0.1);
  });
});
