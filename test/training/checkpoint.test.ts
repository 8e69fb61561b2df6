import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { adamW } from '../../src/training/adam-w.js';
import type { TrainingObjective } from '../../src/training/objective.js';
import { cosineSchedule } from '../../src/training/schedule.js';
import { sgd } from '../../src/training/sgd.js';
import { type TrainedEncoder, type TrainLinearOptions, trainLinear } from '../../src/training/train-linear.js';
import { gaussianViews } from '../../src/views/gaussian.js';
import { failure } from '../support/failure.js';
import { normals } from '../support/normals.js';
import { TemporaryFolder } from '../support/temporary.js';

const folder = new TemporaryFolder();
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
        seen.push(JSON.parse(readFileSync(path, 'utf8')).steps);
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

  it('refuses files that are no checkpoints', async () => {
    const good = JSON.parse(readFileSync(folder.at('other.json'), 'utf8'));
    const write = (value: unknown) =>
      folder.write('bad.json', typeof value === 'string' ? value : JSON.stringify(value));
    for (const value of [
      '{',
      'null',
      { ...good, version: 99 },
      { ...good, steps: -1 },
      { ...good, parameters: 3 },
      { ...good, parameters: [{ rows: 2, cols: 4, base64: '' }] },
      { ...good, parameters: [{ rows: 1, cols: 1, base64: 'AAAAAAAA8D8=' }] },
      { ...good, optimizer: { step: 2, buffers: [] } },
      { ...good, history: [] },
      { ...good, memory: undefined },
    ]) {
      const error = await failure(() => train('vicreg', { checkpoint: { path: write(value) }, resume: true }));
      expect(error.code).toBe('FILE_FORMAT');
    }
    const away = await failure(() => train('vicreg', { checkpoint: { path: folder.at('no/where.json') } }));
    expect(away.code).toBe('FILE_IO');
  });
});
