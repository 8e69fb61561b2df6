import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Matrix } from '../../src/matrix/matrix.js';
import { adamW } from '../../src/training/adam-w.js';
import type { TrainingObjective } from '../../src/training/objective.js';
import type { Optimizer } from '../../src/training/optimizer.js';
import { sgd } from '../../src/training/sgd.js';
import { type TrainLinearOptions, trainLinear } from '../../src/training/train-linear.js';
import { customViews } from '../../src/views/custom.js';
import { gaussianViews } from '../../src/views/gaussian.js';
import { times } from '../support/algebra.js';
import { BACKENDS } from '../support/backends.js';
import { failure } from '../support/failure.js';
import { normals } from '../support/normals.js';
import { TemporaryFolder } from '../support/temporary.js';

const folder = new TemporaryFolder();
const x = normals(1, 64, 6);
const views = gaussianViews({ theta: 0.2 });
const base: TrainLinearOptions = {
  k: 3,
  batchSize: 16,
  steps: 10,
  seed: 3,
  optimizer: adamW({ learningRate: 0.01 }),
};

const train = (changes: Partial<TrainLinearOptions>, objective: TrainingObjective = 'vicreg', process = views) =>
  trainLinear(x, process, objective, { ...base, ...changes });

/** Answers as sgd does until `last` steps were made. */
function optimizerThat(last: number, fails: () => unknown): Optimizer {
  const inner = sgd({ learningRate: 0.01 });
  return {
    name: 'mine',
    settings: {},
    start: (parameters) => inner.start(parameters),
    step: (parameters, gradients, state) =>
      state.step < last ? inner.step(parameters, gradients, state) : (fails() as never),
  };
}

describe('a run that diverges', () => {
  it.each(BACKENDS)(
    'ends with finite weights and the reason, where PEIRA has nothing to invert, on %s',
    async (backend) => {
      const steep = { backend, steps: 200, optimizer: sgd({ learningRate: 100 }) };
      const found = await train(steep, { name: 'peira', lambda: 0.1 });
      expect(found.reason).toBe('diverged');
      expect(found.steps).toBeGreaterThan(0);
      expect(found.encoder.data.every(Number.isFinite)).toBe(true);
      expect(found.history.length).toBe(found.steps);
      expect(found.cause?.code).toBe('OUT_OF_RANGE');
      expect(found.cause?.cause).toMatchObject({ code: 'SINGULAR' });
    },
  );

  it('names the loss, the part, the gradient or the weight', async () => {
    const ends = async (objective: TrainingObjective, changes: Partial<TrainLinearOptions> = {}) => {
      const { reason, cause, steps } = await train(changes, objective);
      expect([reason, steps]).toEqual(['diverged', 2]);
      return cause?.message;
    };
    const onThirdCall = (value: (z: Matrix) => object): TrainingObjective => {
      let calls = 0;
      return (z1, z2) => ({ loss: 1, gradients: [z1, z2], ...(++calls > 2 && value(z1)) });
    };
    expect(await ends(onThirdCall(() => ({ loss: Number.NaN })))).toContain('The loss overflows');
    expect(await ends(onThirdCall(() => ({ parts: { odd: 1 / 0 } })))).toContain("part 'odd'");
    expect(await ends(onThirdCall((z) => ({ gradients: [times(z, Number.NaN), z] })))).toContain("The loss's gradient");
    expect(
      await ends(onThirdCall((z) => ({ gradients: [Matrix.from(z.toArray().map((row) => row.map(() => 1e308))), z] }))),
    ).toContain('A gradient');
    const infinite = (): never => {
      throw new Error('unreachable');
    };
    const lost: Optimizer = {
      ...optimizerThat(99, infinite),
      step: (parameters, gradients, state) => {
        const next = sgd({ learningRate: 0.01 }).step(parameters, gradients, state);
        return state.step < 2 ? next : { ...next, parameters: next.parameters.map((w) => times(w, 1 / 0)) };
      },
    };
    expect(await ends('vicreg', { optimizer: lost })).toContain('A weight');
  });

  it('rejects where arguments are at fault', async () => {
    const init = new Matrix(3, 6, new Float64Array(18).fill(1));
    const singular = await failure(() => train({ init }, { name: 'peira', lambda: 1e-300 }));
    expect(singular.code).toBe('SINGULAR');
    let batches = 0;
    const odd = customViews((batch) => times(batch, ++batches > 6 ? Number.NaN : 1));
    expect(await failure(() => trainLinear(x, odd, 'vicreg', base))).toMatchObject({
      code: 'NOT_FINITE',
      argument: 'views',
    });
    const negative = { optimizer: sgd({ learningRate: (step) => (step < 3 ? 0.01 : -1) }) };
    expect(await failure(() => train(negative))).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'learningRate(3)' });
  });
});

describe("a run with functions of the caller's", () => {
  const mine = new Error('mine');
  const fail = (): never => {
    throw mine;
  };
  const failAt = (last: number) => (step: number) => (step === last ? fail() : 0.01);

  it.each<[string, Partial<TrainLinearOptions>, TrainingObjective?]>([
    ['onProgress', { onProgress: ({ step }) => failAt(4)(step) }],
    ['onProgress', { onProgress: async ({ step }) => failAt(4)(step) }],
    ['learningRate', { optimizer: sgd({ learningRate: failAt(4) }) }],
    ['target.momentum', { target: { momentum: failAt(4) } }],
    ['optimizer', { optimizer: optimizerThat(4, fail) }],
  ])('that throw rejects and keeps what was reached: %s', async (argument, changes) => {
    const path = folder.at(`${argument}-${folder.names().length}.json`);
    const error = await failure(() => train({ ...changes, checkpoint: { path } }));
    expect(error).toMatchObject({ code: 'CUSTOM_FAILED', argument, cause: mine });
    expect(error.message).toContain('mine');
    expect(JSON.parse(readFileSync(path, 'utf8')).run.steps).toBe(4);
    const { steps, history } = await train({
      ...changes,
      steps: 4,
      onProgress: () => 0,
      checkpoint: { path },
      resume: true,
    });
    expect([steps, history.length]).toEqual([4, 4]);
  });

  it('writes nothing where nothing was reached', async () => {
    const path = folder.at('nothing.json');
    await failure(() => train({ optimizer: sgd({ learningRate: fail }), checkpoint: { path } }));
    expect(folder.names()).not.toContain('nothing.json');
  });

  it('waits for what onProgress answers', async () => {
    const seen: number[] = [];
    const onProgress = async ({ step }: { step: number }) => {
      await pause(1);
      seen.push(step);
    };
    await train({ steps: 3, onProgress });
    expect(seen).toEqual([1, 2, 3]);
  });

  it('does not wait once it is aborted', async () => {
    const controller = new AbortController();
    const onProgress = () => {
      setTimeout(() => controller.abort(), 5);
      return new Promise(() => undefined);
    };
    expect(await train({ onProgress, signal: controller.signal })).toMatchObject({ reason: 'aborted', steps: 1 });
    const both = async () => {
      controller.abort();
      throw mine;
    };
    const late = new AbortController();
    const rude = async () => {
      late.abort();
      await pause(1);
      return fail();
    };
    expect((await train({ onProgress: rude, signal: late.signal })).reason).toBe('aborted');
    await expect(train({ onProgress: both, signal: controller.signal })).rejects.toThrow();
  });
});

describe('a checkpoint that cannot be written', () => {
  it.each([
    ['amid the run', 4, 4],
    ['at its end', 10, 10],
  ])('ends the run %s, its weights in the result', async (_, last, steps) => {
    const inner = folder.at(`gone-${last}`);
    mkdirSync(inner);
    const onProgress = ({ step }: { step: number }) => {
      if (step === last) rmSync(inner, { recursive: true });
    };
    const found = await train({ onProgress, checkpoint: { path: `${inner}/run.json`, every: 2 } });
    expect(found).toMatchObject({ reason: 'unsaved', steps, cause: { code: 'FILE_IO' } });
    expect(found.encoder).toEqual((await train({ steps })).encoder);
  });

  it('is tried once more', async () => {
    const inner = folder.at('back');
    mkdirSync(inner);
    const onProgress = ({ step }: { step: number }) => {
      if (step !== 4) return;
      rmSync(inner, { recursive: true });
      setTimeout(() => mkdirSync(inner), 20);
    };
    const path = `${inner}/run.json`;
    expect((await train({ onProgress, checkpoint: { path, every: 4 } })).reason).toBe('done');
    expect((await train({ checkpoint: { path }, resume: true })).steps).toBe(10);
  });
});
