import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type DynamicsFlags, resolveDynamicsConfig } from '../../src/cli/dynamics-config.js';
import { recordDynamics } from '../../src/cli/dynamics-record.js';
import { makeNpyHeader } from '../../src/data/npy-header.js';
import { acquireLock } from '../../src/store/lock.js';
import { failure } from '../support/failure.js';
import { TemporaryFolder } from '../support/temporary.js';

const folder = new TemporaryFolder();
const FILES = ['figure.png', 'figure.svg', 'report.html', 'summary.json', 'trajectories.csv'];
const SMALL: DynamicsFlags = { pair: 'gaussian:rho=0.9,degree=4', k: 2, starts: 2 };
const record = (name: string, flags: DynamicsFlags, signal?: AbortSignal) =>
  recordDynamics(folder.at(name), resolveDynamicsConfig(flags), { ...(signal && { signal }) });
const read = (name: string, file: string) => readFileSync(join(folder.at(name), file), 'utf8');

/** 40 images of 4×4 numbers from 0 to 255 that differ from one to the next. */
function images(): string {
  let state = 5;
  const pixels = Float32Array.from({ length: 40 * 16 }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
  return folder.write('images.npy', Buffer.concat([makeNpyHeader('f4', [40, 4, 4]), new Uint8Array(pixels.buffer)]));
}

describe('recordDynamics', () => {
  it('leaves report, figure and tables, and says which', async () => {
    const { summary, seconds, files } = await record('whole', SMALL);
    expect(readdirSync(folder.at('whole')).sort()).toEqual(FILES);
    expect(files[0]).toBe(join(folder.at('whole'), 'report.html'));
    const { provenance, ...written } = JSON.parse(read('whole', 'summary.json'));
    expect(written).toEqual(JSON.parse(JSON.stringify(summary)));
    expect(provenance).toMatchObject({ node: process.version, seconds });
    expect(written.config).toMatchObject({ flow: 'simsiam', k: 2, lambda: 0.1, scale: 0.1, starts: 2 });
    const rows = read('whole', 'trajectories.csv').trimEnd().split('\n');
    expect(rows).toHaveLength(1 + summary.starts.reduce((sum, { steps }) => sum + steps.accepted + 1, 0));
  });

  it('gives the same numbers again', async () => {
    await record('again', SMALL);
    for (const file of ['trajectories.csv', 'figure.svg']) expect(read('again', file)).toBe(read('whole', file));
  });

  it.each<[string, DynamicsFlags]>([
    ['peira-shared', { ...SMALL, flow: 'peira', encoders: 'shared' }],
    ['linear-learned', { ...SMALL, flow: 'linear-simsiam', targetRate: 1 }],
    ['linear-optimal', { ...SMALL, flow: 'linear-simsiam', predictor: 'optimal' }],
    ['deep', { flow: 'deep-linear', starts: 2, depth: 1, rho: [0.9, 0.5], kappa: [1, 2] }],
    ['torus', { ...SMALL, pair: 'torus:degree=1', k: 1, centered: true }],
  ])('follows %s', async (name, flags) => {
    const { summary } = await record(name, flags);
    expect(summary.outcomes.unsettled).toBe(0);
    expect(summary.agreement.disagree).toBe(0);
    expect(read(name, 'report.html')).not.toMatch(/NaN|undefined/);
  });

  it('follows views of images', async () => {
    const flags = { data: images(), augment: 'horizontalFlip', components: 5, k: 2, starts: 2, lambda: 0.02 };
    const { summary } = await record('images', { ...flags, centered: true });
    expect(summary.pair.name).toBe('horizontalFlip views of images.npy, 5 components');
    expect(summary.correlations).toHaveLength(5);
    // A symmetric function is the same of both views; an antisymmetric one is as often of either sign.
    for (const s of summary.correlations) expect(Math.min(Math.abs(s), Math.abs(1 - s))).toBeLessThan(1e-9);
    expect(summary.agreement.disagree).toBe(0);
    expect(summary.pair.data).toEqual({ images: 40, samples: 8 });
    // What was used, not what was asked for: 2000 images by default; and views that nobody asked for.
    expect(summary.config).toMatchObject({ images: 2000, samples: 8 });
    expect(read('images', 'report.html')).toContain('Images used');
    expect(summary.findings.theory.join(' ')).toContain('from 8 views drawn of each of 40 images');
    const drawn = await record('drawn', { ...flags, samples: 64, seed: 1 });
    // Correlations of drawn views, 64 of each image, are those of the exact moments to sampling error.
    expect(drawn.summary.correlations[0]).toBeCloseTo(1, 1);
    const few = await failure(() => record('few', { ...flags, components: 17 }));
    expect(few).toMatchObject({ code: 'OUT_OF_RANGE', argument: '--components' });
  });

  it('writes nothing for what cannot be followed', async () => {
    const table = folder.write('asymmetric.csv', '3,1\n2,4\n');
    for (const [code, flags] of [
      ['OUT_OF_RANGE', { ...SMALL, k: 6 }],
      ['OUT_OF_RANGE', { ...SMALL, scale: 1e30 }],
      ['NOT_SYMMETRIC', { pair: `discrete:${table}`, k: 1 }],
      ['INVALID_ARGUMENT', { pair: `discrete:${table}`, k: 1, flow: 'linear-simsiam' }],
      ['OUT_OF_RANGE', { flow: 'deep-linear', rho: [1.5], kappa: [1] }],
    ] as [string, DynamicsFlags][]) {
      expect((await failure(() => record('nothing', flags))).code).toBe(code);
      expect(existsSync(folder.at('nothing'))).toBe(false);
    }
  });

  it('overwrites no results, its own or those of a study', async () => {
    const before = read('whole', 'summary.json');
    expect(await failure(() => record('whole', { ...SMALL, k: 1 }))).toMatchObject({ code: 'FILE_EXISTS' });
    expect(read('whole', 'summary.json')).toBe(before);
    for (const file of ['results.jsonl', 'config.json', 'report.html']) {
      const foreign = new TemporaryFolder();
      foreign.write(file, '{}');
      const error = await failure(() => recordDynamics(foreign.path, resolveDynamicsConfig(SMALL)));
      expect(error.code).toBe('FILE_EXISTS');
      expect(foreign.names()).toEqual([file]);
    }
  });

  it('keeps out of a folder in use, and leaves nothing when aborted', async () => {
    const busy = new TemporaryFolder();
    const lock = await acquireLock(busy.path);
    expect((await failure(() => recordDynamics(busy.path, resolveDynamicsConfig(SMALL)))).code).toBe('IN_USE');
    await lock.release();
    const controller = new AbortController();
    const reason = new Error('enough');
    const options = { signal: controller.signal, onBegin: () => controller.abort(reason) };
    await expect(recordDynamics(folder.at('aborted'), resolveDynamicsConfig(SMALL), options)).rejects.toBe(reason);
    expect(existsSync(folder.at('aborted'))).toBe(false);
  });
});
