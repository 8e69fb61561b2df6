import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { Matrix } from '../../src/matrix/matrix.js';
import { adamW } from '../../src/training/adam-w.js';
import { encodeMatrix } from '../../src/training/matrix-json.js';
import type { TrainingObjective } from '../../src/training/objective.js';
import { cosineSchedule } from '../../src/training/schedule.js';
import { sgd } from '../../src/training/sgd.js';
import { type TrainedEncoder, type TrainLinearOptions, trainLinear } from '../../src/training/train-linear.js';
import { affineViews } from '../../src/views/affine.js';
import { composeViews } from '../../src/views/compose.js';
import { customViews } from '../../src/views/custom.js';
import { gaussianViews } from '../../src/views/gaussian.js';
import type { ViewProcess } from '../../src/views/view-process.js';
import { plus, product, times } from '../support/algebra.js';
import { failure } from '../support/failure.js';
import { normals } from '../support/normals.js';
import { TemporaryFolder } from '../support/temporary.js';

const folder = new TemporaryFolder();
let count = 0;
const x = normals(1, 20, 4);
const views = gaussianViews({ theta: 0.2 });
const options: TrainLinearOptions = {
  k: 2,
  batchSize: 8,
  steps: 12,
  optimizer: adamW({ learningRate: cosineSchedule({ start: 0.05, end: 0, steps: 12 }) }),
  seed: 3,
};

const train = (
  objective: TrainingObjective,
  changes: Partial<TrainLinearOptions>,
  source = x,
): Promise<TrainedEncoder> => trainLinear(source, views, objective, { ...options, ...changes });

/** Aborts after so many steps. */
function until(last: number): Pick<TrainLinearOptions, 'signal' | 'onProgress'> {
  const controller = new AbortController();
  return {
    signal: controller.signal,
    onProgress: ({ step }) => {
      if (step === last) controller.abort();
    },
  };
}

describe('a run that is resumed', () => {
  it.each<[string, TrainingObjective, Partial<TrainLinearOptions>]>([
    ['vicreg', 'vicreg', {}],
    ['byol', 'byol', { predictor: true, target: { momentum: cosineSchedule({ start: 0.9, end: 1, steps: 12 }) } }],
    ['peira', { name: 'peira', lambda: 0.1, rate: 0.1 }, {}],
    [
      'function',
      (z1, z2) => ({ loss: 1, gradients: [z1, z2] }),
      { optimizer: sgd({ learningRate: 0.01, momentum: 0.9 }) },
    ],
  ])('has the bits of one in one go: %s', async (name, objective, changes) => {
    const whole = await train(objective, changes);
    const checkpoint = { path: folder.at(`${name}.json`), every: 5 };
    // In the second epoch, amid the batches.
    const first = await train(objective, { ...changes, ...until(3), checkpoint });
    expect(first).toMatchObject({ reason: 'aborted', steps: 3 });
    const second = await train(objective, { ...changes, ...until(7), checkpoint, resume: true });
    expect(second.steps).toBe(7);
    expect(second.history.slice(0, 3)).toEqual(first.history);
    const last = await train(objective, { ...changes, checkpoint, resume: true });
    expect(last).toEqual(whole);
    const again = await train(objective, { ...changes, checkpoint, resume: true });
    expect(again).toEqual(whole);
    expect(folder.names().filter((file) => file.endsWith('.tmp'))).toEqual([]);
  });

  it('begins where nothing was written yet, and writes every so many steps', async () => {
    const path = folder.at('every.json');
    const seen: number[] = [];
    const look = () => {
      try {
        seen.push(JSON.parse(readFileSync(path, 'utf8')).run.steps);
      } catch {
        seen.push(0);
      }
    };
    await train('vicreg', { checkpoint: { path, every: 4 }, resume: true, onProgress: look });
    expect(seen).toEqual([0, 0, 0, 0, 4, 4, 4, 4, 8, 8, 8, 8]);
    look();
    expect(seen.at(-1)).toBe(12);
  });

  it('can be made longer, not shorter', async () => {
    const checkpoint = { path: folder.at('longer.json') };
    await train('vicreg', { steps: 6, checkpoint });
    expect(await train('vicreg', { checkpoint, resume: true })).toEqual(await train('vicreg', {}));
    const shorter = await failure(() => train('vicreg', { steps: 6, checkpoint, resume: true }));
    expect(shorter).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'steps' });
  });

  it('keeps the last good checkpoint where it diverges', async () => {
    const checkpoint = { path: folder.at('diverged.json'), every: 1 };
    const changes = { steps: 1000, optimizer: sgd({ learningRate: 1e3 }), checkpoint };
    const first = await train('spectralContrastive', changes);
    expect(first.reason).toBe('diverged');
    const again = await train('spectralContrastive', { ...changes, resume: true });
    expect(again).toEqual(first);
  });

  it('refuses the checkpoint of another run, and says in what it differs', async () => {
    const checkpoint = { path: folder.at('other.json') };
    await train('vicreg', { steps: 2, checkpoint });
    const resume = (changes: Partial<TrainLinearOptions>, objective: TrainingObjective = 'vicreg', source = x) =>
      failure(() => train(objective, { checkpoint, resume: true, ...changes }, source));
    expect(await resume({ seed: 4 })).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'seed' });
    expect((await resume({ batchSize: 5 })).argument).toBe('batchSize');
    expect((await resume({ k: 3 })).argument).toBe('k');
    expect((await resume({ optimizer: sgd({ learningRate: 1 }) })).argument).toBe('optimizer');
    expect((await resume({ init: normals(2, 2, 4) })).argument).toBe('init');
    expect((await resume({ predictor: true })).argument).toBe('predictor');
    expect((await resume({ target: { momentum: 0.5 } })).argument).toBe('target');
    expect((await resume({}, 'simclr')).argument).toBe('objective');
    expect((await resume({}, { name: 'vicreg', gamma: 2 })).argument).toBe('objective');
    expect((await resume({}, 'vicreg', normals(9, 20, 4))).argument).toBe('source');
    const kept = await failure(() => train('vicreg', { checkpoint }));
    expect(kept).toMatchObject({ code: 'FILE_EXISTS', file: checkpoint.path });
  });

  it('tells views by what they do, not by their names', async () => {
    const run = async (first: ViewProcess, second: ViewProcess, backend?: 'js' | 'native') => {
      const checkpoint = { path: folder.at(`views-${++count}.json`) };
      const changes = { steps: 2, checkpoint };
      await trainLinear(x, first, 'vicreg', { ...options, ...changes, backend: 'native' });
      const again = { ...options, ...changes, ...(backend && { backend }), resume: true };
      return trainLinear(x, second, 'vicreg', again);
    };
    const theta = plus(product(normals(4, 4, 4), normals(4, 4, 4).transpose()), Matrix.identity(4));
    const other = plus(theta, Matrix.diagonal([0, 0, 0, 0.01]));
    for (const [first, second] of [
      [gaussianViews({ theta: 0.2 }), gaussianViews({ theta: 0.3 })],
      [gaussianViews({ gamma: 0.2 }), gaussianViews({ gamma: 0.3 })],
      [gaussianViews({ theta }), gaussianViews({ theta: other })],
      [affineViews([{ matrix: theta }]), affineViews([{ matrix: other }])],
      [composeViews([views, gaussianViews({ theta })]), composeViews([views, gaussianViews({ theta: other })])],
    ] as const) {
      expect(first.name).toBe(second.name);
      const error = await failure(() => run(first, second));
      expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'views' });
    }
    // The root of a covariance agrees between backends to rounding.
    const found = await run(gaussianViews({ theta }), gaussianViews({ theta }), 'js');
    expect(found).toMatchObject({ reason: 'done', steps: 2 });
    const custom = await run(
      customViews((batch) => batch),
      customViews((batch) => times(batch, 2)),
    );
    expect(custom.steps).toBe(2);
  });

  it('refuses files that are no checkpoints', async () => {
    const text = readFileSync(folder.at('other.json'), 'utf8');
    const { run, ...head } = JSON.parse(text);
    const sealed = (changed: object) => {
      const sha256 = createHash('sha256').update(JSON.stringify(changed)).digest('hex');
      return JSON.stringify({ ...head, sha256, run: changed });
    };
    const read = (contents: string) => {
      const path = folder.write('bad.json', contents);
      return train('vicreg', { steps: 2, checkpoint: { path }, resume: true });
    };
    expect((await read(sealed(run))).steps).toBe(2);
    const negative = encodeMatrix(times(Matrix.from(Array(2).fill([1, 1, 1, 1])), -1));
    const { optimizer, history, parameters } = run;
    for (const contents of [
      '',
      '{',
      'null',
      text.replace('"steps":2', '"steps":1'),
      // One bit of a weight.
      text.replace(parameters[0].base64, `B${parameters[0].base64.slice(1)}`),
      JSON.stringify({ ...head, run, version: 99 }),
      JSON.stringify({ ...head, run: 3 }),
      ...[
        { ...run, steps: -1 },
        { ...run, parameters: 3 },
        { ...run, parameters: [{ rows: 2, cols: 4, base64: '' }] },
        { ...run, parameters: [{ rows: 1, cols: 1, base64: 'AAAAAAAA8D8=' }] },
        { ...run, optimizer: { ...optimizer, buffers: [] } },
        { ...run, optimizer: { ...optimizer, step: 1 } },
        { ...run, optimizer: { ...optimizer, optimizer: 'sgd' } },
        { ...run, optimizer: { ...optimizer, buffers: [[optimizer.buffers[0][0], negative]] } },
        { ...run, history: [] },
        { ...run, history: [history[0], { ...history[1], parts: null }] },
        { ...run, history: [history[0], { ...history[1], parts: { variance: null } }] },
        { ...run, history: [history[0], { ...history[1], loss: '1' }] },
        { ...run, memory: undefined },
        { ...run, of: undefined },
        { ...run, of: 'vicreg' },
        { ...run, of: { ...run.of, views: undefined } },
      ].map(sealed),
    ]) {
      expect(contents).not.toBe(text);
      expect(await failure(() => read(contents))).toMatchObject({ code: 'FILE_FORMAT', file: folder.at('bad.json') });
    }
    expect((await failure(() => read(sealed({ ...run, of: { ...run.of, views: 3 } })))).argument).toBe('views');
  });

  it.each([
    ['a missing folder', () => folder.at('no/where.json'), 'Create the folder'],
    ['a file for a folder', () => `${folder.write('file', '')}/where.json`, 'not a folder'],
    ['a folder', () => folder.path, 'This is a folder'],
    ...(process.platform === 'win32' ? [] : [['a device', () => '/dev/null', 'not a regular file'] as const]),
  ] as const)('refuses %s before the first step', async (_, path, words) => {
    const called = vi.fn(() => ({ loss: 1, gradients: [] }));
    for (const resume of [false, true]) {
      const error = await failure(() => train(called, { checkpoint: { path: path() }, resume }));
      expect(error.code).toBe('FILE_IO');
      expect(error.message).toContain(words);
    }
    expect(called).not.toHaveBeenCalled();
  });

  it('leaves no file behind where its first step fails', async () => {
    const path = folder.at('never.json');
    const error = await failure(() =>
      train({ name: 'vicreg', lambda: 1 } as never, { checkpoint: { path, every: 1 } }),
    );
    expect(error.code).toBe('UNKNOWN_OPTION');
    expect(folder.names()).not.toContain('never.json');
    const circular: Record<string, unknown> = { name: 'vicreg' };
    circular.gamma = circular;
    const unwritable = await failure(() => train(circular as never, { checkpoint: { path } }));
    expect(unwritable).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'objective' });
  });
});
